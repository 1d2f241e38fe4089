package dev.dpo4j.job;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What a run may take of the machine.
 *
 * @param activationMemory memory for one pass's activations: decides how many preferences go through the model at once. Changing it
 *     changes the order of sums, and so the last bits of a resumed run
 */
@ConfigurationProperties("dpo4j.training")
record TrainingProperties(@DefaultValue("1536MB") DataSize activationMemory) {}

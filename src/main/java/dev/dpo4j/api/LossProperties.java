package dev.dpo4j.api;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits of {@code POST /v1/dpo/loss}.
 *
 * @param memory what one request may take besides the models
 * @param maxTokens prompt and answer tokens in one request, the prompt counted with every answer
 */
@ConfigurationProperties("dpo4j.loss")
record LossProperties(
        @DefaultValue("4GB") DataSize memory,
        @DefaultValue("131072") int maxTokens) {}

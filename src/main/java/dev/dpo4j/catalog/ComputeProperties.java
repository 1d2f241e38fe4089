package dev.dpo4j.catalog;

import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * How much of the machine computations take.
 *
 * @param threads cores to compute on; null: all that the JVM sees
 */
@Validated
@ConfigurationProperties("dpo4j.compute")
record ComputeProperties(@Min(1) @Nullable Integer threads) {}

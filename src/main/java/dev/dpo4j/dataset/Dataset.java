package dev.dpo4j.dataset;

import java.time.Instant;

/**
 * A named, growing set of preferences.
 *
 * @param name its name
 * @param rows preferences in it, which is also the highest sequence number
 * @param createdAt when its first preference came
 */
public record Dataset(String name, long rows, Instant createdAt) {}

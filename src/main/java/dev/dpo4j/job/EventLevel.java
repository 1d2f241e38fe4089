package dev.dpo4j.job;

/** How much an event matters. */
public enum EventLevel {
    INFO,
    WARN,
    ERROR
}

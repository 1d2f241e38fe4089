package dev.dpo4j.job;

/** What an event is for: a reader, or a chart. */
public enum EventType {
    MESSAGE,
    METRICS
}

package dev.dpo4j.dataset;

/** What becomes of members that a preference of its shape does not have. */
public enum UnknownFields {
    /** Data sets carry columns of their own. */
    IGNORED,
    /** In a request a misspelt member must not go unnoticed. */
    REFUSED
}

package dev.dpo4j.api;

/**
 * What an answer says of itself.
 *
 * @param id of this answer
 * @param created seconds since 1970
 * @param model that wrote it
 * @param systemFingerprint of what decides the last bit of a logit
 */
record CompletionHead(String id, long created, String model, String systemFingerprint) {}

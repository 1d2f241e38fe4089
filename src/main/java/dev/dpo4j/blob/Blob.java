package dev.dpo4j.blob;

/**
 * A finished, durable blob.
 *
 * @param id the name owners keep to find it again
 * @param length its size in bytes
 * @param sha256 lower-case hexadecimal SHA-256 of all its bytes
 */
public record Blob(String id, long length, String sha256) {}

package dev.dpo4j.blob;

/** Takes one blob's bytes. For one thread. All methods may throw {@link StorageFullException}. */
interface BlobSink {

    void write(byte[] bytes, int offset, int count);

    /** When this returns all bytes are durable, and all that is left is to complete the manifest. */
    void finish(Blob blob);

    /** Gives up what the database does not know of. */
    void discard();
}

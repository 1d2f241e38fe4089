package dev.dpo4j.blob;

import java.io.InputStream;

/** One of the places where blobs' bytes lie. Their manifests are rows of the database in any case. */
interface BlobStorage {

    /** Takes the bytes of a blob whose manifest has been begun. */
    BlobSink open(String id);

    /**
     * A finished blob's bytes, verified before they are handed out.
     *
     * @throws BlobCorruptException (here or while reading) when some are missing or changed
     */
    InputStream read(Blob blob);

    /** Removes the bytes of a blob that is no longer complete, then its manifest. */
    void remove(String id);
}

package dev.dpo4j.blob;

import java.util.Set;

/** Something durable that refers to blobs. At the start of the service, blobs that no owner claims are removed. */
public interface BlobOwner {

    /** The ids of all blobs that this owner still needs. */
    Set<String> blobIds();
}

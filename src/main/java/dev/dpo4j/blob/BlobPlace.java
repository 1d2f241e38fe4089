package dev.dpo4j.blob;

/** Where the bytes of new blobs go. Those that are there already are read from where they are. */
enum BlobPlace {
    /** Into rows of the database. */
    DATABASE,
    /** Into files in the folder {@code blobs} beside the embedded database's file. */
    FILES
}

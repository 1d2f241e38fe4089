package dev.dpo4j.blob;

/** What tests of other packages may know of the room that is set aside. */
public final class SetAside {

    private SetAside() {}

    /** Bytes set aside now on a database's disk. */
    public static long bytes(Database database) {
        return database.bytesSetAside();
    }
}

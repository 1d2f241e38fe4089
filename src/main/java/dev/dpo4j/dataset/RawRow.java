package dev.dpo4j.dataset;

/**
 * The bytes of one row of a file, not yet looked into.
 *
 * @param line the line it starts on, from 1
 * @param bytes its text without surrounding white space; empty when {@code problem} is not
 * @param problem why there are no bytes; empty: there are
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; never compared
record RawRow(int line, byte[] bytes, String problem) {

    static RawRow of(int line, byte[] bytes) {
        return new RawRow(line, bytes, "");
    }

    static RawRow broken(int line, String problem) {
        return new RawRow(line, new byte[0], problem);
    }

    boolean isBroken() {
        return !problem.isEmpty();
    }
}

package dev.dpo4j.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cuts a file into rows, holding one of them at a time: lines, or the elements of one JSON array when the file begins
 * with a bracket. It only looks at brackets, commas and quotes; whether a row is good JSON is for the parser to say.
 */
final class RowSplitter {

    /** The longest row that is read, in bytes. */
    static final int MAX_ROW_BYTES = 16 << 20;

    private static final int END = -1;
    private static final int BUFFER = 1 << 16;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private byte[] row = new byte[BUFFER];
    private int rowSize;
    private final boolean array;
    private boolean arrayClosed;
    private boolean finished;
    private int next;
    private int line = 1;
    private boolean tooLong;

    RowSplitter(InputStream in) throws IOException {
        this.in = in;
        skipByteOrderMark();
        skipSpace();
        array = next == '[';
        if (array) {
            advance();
            skipSpace();
            if (next == ']') {
                advance();
                arrayClosed = true;
            }
        }
    }

    /** The next row; empty at the end. */
    Optional<RawRow> next() throws IOException {
        if (finished) {
            return Optional.empty();
        }
        return array ? nextElement() : nextLine();
    }

    private void skipByteOrderMark() throws IOException {
        limit = in.readNBytes(buffer, 0, BYTE_ORDER_MARK.length);
        if (limit == BYTE_ORDER_MARK.length && Arrays.equals(buffer, 0, limit, BYTE_ORDER_MARK, 0, limit)) {
            position = limit;
        }
        next = read();
    }

    private int read() throws IOException {
        if (position == limit) {
            limit = Math.max(in.read(buffer, 0, BUFFER), 0);
            position = 0;
            if (limit == 0) {
                return END;
            }
        }
        return buffer[position++] & 0xFF;
    }

    private void advance() throws IOException {
        if (next == '\n') {
            line++;
        }
        next = read();
    }

    private void skipSpace() throws IOException {
        while (next == ' ' || next == '\t' || next == '\r' || next == '\n') {
            advance();
        }
    }

    private void keep() throws IOException {
        if (rowSize < MAX_ROW_BYTES) {
            if (rowSize == row.length) {
                row = Arrays.copyOf(row, 2 * rowSize);
            }
            row[rowSize++] = (byte) next;
        } else {
            tooLong = true;
        }
        advance();
    }

    private RawRow finishRow(int startLine) {
        RawRow finishedRow = tooLong
                ? RawRow.broken(startLine, "is longer than " + (MAX_ROW_BYTES >> 20) + " MB")
                : RawRow.of(startLine, Arrays.copyOf(row, rowSize));
        rowSize = 0;
        tooLong = false;
        return finishedRow;
    }

    private Optional<RawRow> nextLine() throws IOException {
        skipSpace();
        if (next == END) {
            finished = true;
            return Optional.empty();
        }
        int start = line;
        while (next != END && next != '\n') {
            keep();
        }
        return Optional.of(finishRow(start));
    }

    private Optional<RawRow> nextElement() throws IOException {
        skipSpace();
        if (arrayClosed) {
            finished = true;
            return next == END
                    ? Optional.empty()
                    : Optional.of(RawRow.broken(line, "there is more after the end of the JSON array"));
        }
        int start = line;
        element();
        RawRow element = finishRow(start);
        skipSpace();
        switch (next) {
            case ',' -> advance();
            case ']' -> {
                advance();
                arrayClosed = true;
            }
            default -> {
                finished = true;
                return Optional.of(RawRow.broken(start, "the JSON array is not closed with ']'"));
            }
        }
        return Optional.of(element);
    }

    /** Up to the comma or bracket that ends the element. */
    private void element() throws IOException {
        int depth = 0;
        boolean quoted = false;
        while (next != END) {
            if (quoted) {
                if (next == '\\') {
                    keep();
                } else if (next == '"') {
                    quoted = false;
                }
            } else if (next == '"') {
                quoted = true;
            } else if (next == '{' || next == '[') {
                depth++;
            } else if (depth == 0 && (next == ',' || next == ']')) {
                return;
            } else if (next == '}' || next == ']') {
                depth--;
            }
            if (next != END) {
                keep();
            }
        }
    }
}

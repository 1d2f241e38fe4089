package dev.dpo4j.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreferenceFileTest {

    private static final String TEXT = "{\"prompt\":\"Q\",\"chosen\":\"A\",\"rejected\":\"B\"}";
    private static final String IDS = "{\"prompt\":[1],\"chosen\":[2],\"rejected\":[[3],[4]]}";
    private static final String CHAT =
            "{\"prompt\":[{\"role\":\"user\",\"content\":\"[{\\\"\"}],\"chosen\":\"A\",\"rejected\":\"B\"}";

    @Test
    void linesOfEveryKindAreCounted() throws IOException {
        PreferenceFileReport report = validate(TEXT + "\n" + IDS + "\r\n\n  \n" + CHAT + "\n" + CHAT);
        assertThat(report).isEqualTo(new PreferenceFileReport(4, 1, 1, 2, 5, 0, List.of()));
        assertThat(report.isUsable()).isTrue();
        assertThat(report.statusDetails()).isEmpty();
    }

    @Test
    void jsonArrayIsReadElementByElement() throws IOException {
        assertThat(validate(" [\n" + TEXT + ",\n\n" + IDS + " , " + CHAT + "]\n")
                        .rows())
                .isEqualTo(3);
        assertThat(seen("[\n" + TEXT + ",\n{\n\"prompt\":\"Q\",\n\"chosen\":\"A\",\"rejected\":\"B\"},\n" + TEXT + "]"))
                .containsExactly("1@2", "2@3", "3@6");
    }

    @Test
    void rowsAreNumberedAndLinesTold() throws IOException {
        assertThat(seen("\n" + TEXT + "\n\n" + TEXT + "\n")).containsExactly("1@2", "2@4");
    }

    @Test
    void byteOrderMarkIsTolerated() throws IOException {
        assertThat(validate("\ufeff" + TEXT).rows()).isEqualTo(1);
        assertThat(validate("\ufeff[" + TEXT + "]").rows()).isEqualTo(1);
        assertThat(validate("\ufeff" + TEXT).isUsable()).isTrue();
    }

    @Test
    void fileWithoutRowsIsNotUsable() throws IOException {
        for (String empty : List.of("", "\n \n", "[]", " [ ] ", "\ufeff")) {
            assertThat(validate(empty).isUsable()).as(empty).isFalse();
            assertThat(validate(empty).statusDetails()).isEqualTo("The file holds no preferences.");
        }
    }

    @Test
    void everyBadRowIsToldWithItsLine() throws IOException {
        PreferenceFileReport report = validate(String.join(
                "\n",
                TEXT,
                "{\"prompt\":\"Q\"",
                "{\"prompt\":\"Q\",\"prompt\":\"Q\",\"chosen\":\"A\",\"rejected\":\"B\"}",
                "{\"prompt\":[NaN],\"chosen\":[1],\"rejected\":[2]}",
                TEXT + TEXT,
                "",
                "[]",
                "{\"prompt\":\"Q\",\"chosen\":\"\",\"rejected\":\"B\"}"));
        assertThat(report.isUsable()).isFalse();
        assertThat(report.errorCount()).isEqualTo(6);
        assertThat(report.errors())
                .extracting(PreferenceFileReport.RowError::line)
                .containsExactly(2, 3, 4, 5, 7, 8);
        assertThat(report.statusDetails().lines())
                .hasSize(6)
                .contains("line 8, /chosen: an answer must not be empty", "line 7: must be an object, not a list")
                .anySatisfy(line -> assertThat(line)
                        .startsWith("line 3: is not valid JSON: ")
                        .contains("prompt"));
    }

    @Test
    void malformedUtf8IsRefused() throws IOException {
        byte[] bytes = TEXT.replace('Q', '?').getBytes(StandardCharsets.UTF_8);
        bytes[TEXT.indexOf('Q')] = (byte) 0xC3;
        assertThat(PreferenceFile.validate(new ByteArrayInputStream(bytes)).statusDetails())
                .isEqualTo("line 1: is not UTF-8");
        assertThat(PreferenceFile.validate(new ByteArrayInputStream(TEXT.getBytes(StandardCharsets.UTF_16)))
                        .isUsable())
                .isFalse();
    }

    @Test
    void brokenArraysAreRefused() throws IOException {
        assertThat(validate("[" + TEXT).statusDetails()).isEqualTo("line 1: the JSON array is not closed with ']'");
        assertThat(validate("[" + TEXT + "]]").statusDetails())
                .isEqualTo("line 1: there is more after the end of the JSON array");
        assertThat(validate("[" + TEXT + " " + TEXT + "]").errorCount()).isEqualTo(1);
        assertThat(validate("[" + TEXT + ",]").errorCount()).isEqualTo(1);
        assertThat(validate("[,]").errorCount()).isEqualTo(2);
        assertThat(validate("[" + TEXT + "}").isUsable()).isFalse();
        assertThat(validate("[\"open").isUsable()).isFalse();
    }

    @Test
    void onlyTheFirstHundredErrorsAreKept() throws IOException {
        PreferenceFileReport report = validate("{}\n".repeat(250));
        assertThat(report.errors()).hasSize(100);
        assertThat(report.errorCount()).isEqualTo(250);
        assertThat(report.statusDetails()).endsWith("\nand 150 more rows with errors");
    }

    @Test
    void rowBeyondSixteenMegabytesIsRefusedAndReadingGoesOn() throws IOException {
        String huge =
                "{\"prompt\":\"" + "q".repeat(RowSplitter.MAX_ROW_BYTES) + "\",\"chosen\":\"A\",\"rejected\":\"B\"}";
        assertThat(validate(huge + "\n" + TEXT).statusDetails()).isEqualTo("line 1: is longer than 16 MB");
        assertThat(validate("[" + TEXT + ",\n" + huge + "," + TEXT + "]").statusDetails())
                .isEqualTo("line 2: is longer than 16 MB");
    }

    @Test
    void rowsAreHandedOverWhileTheFileIsStillBeingRead() throws IOException {
        byte[] row = ("{\"prompt\":\"" + "q".repeat(200_000) + "\",\"chosen\":\"A\",\"rejected\":\"B\"},")
                .getBytes(StandardCharsets.UTF_8);
        for (char first : new char[] {'[', ' '}) {
            byte[] each = row.clone();
            each[each.length - 1] = (byte) (first == '[' ? ',' : '\n');
            CountingStream file = new CountingStream(first, each, 40);
            List<Long> readAhead = new ArrayList<>();
            PreferenceFile.read(
                    file, (number, line, example) -> readAhead.add(file.delivered - (long) number * each.length));
            assertThat(readAhead)
                    .hasSize(40)
                    .allSatisfy(ahead -> assertThat(ahead).isLessThan(100_000));
        }
    }

    @Test
    void readerThatTakesNoBadRowsStopsAtTheFirst() {
        assertThatThrownBy(() -> seen(TEXT + "\n{}\n" + TEXT))
                .isInstanceOf(InvalidRowException.class)
                .hasMessage("/chosen: line 2: is missing");
    }

    private static PreferenceFileReport validate(String file) throws IOException {
        return PreferenceFile.validate(stream(file));
    }

    private static List<String> seen(String file) throws IOException {
        List<String> seen = new ArrayList<>();
        PreferenceFile.read(stream(file), (row, line, example) -> seen.add(row + "@" + line));
        return seen;
    }

    private static InputStream stream(String file) {
        return new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8));
    }

    /** One byte, then a row over and over; an array is closed in place of the last comma. */
    private static final class CountingStream extends InputStream {

        private final int first;
        private final byte[] row;
        private final long total;
        private long delivered;

        CountingStream(int first, byte[] row, int times) {
            this.first = first;
            this.row = row;
            this.total = 1 + (long) row.length * times;
        }

        @Override
        public int read() {
            if (delivered == total) {
                return -1;
            }
            long at = delivered++;
            if (at == 0) {
                return first;
            }
            return delivered == total && first == '[' ? ']' : row[(int) ((at - 1) % row.length)];
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int count = (int) Math.min(length, total - delivered);
            for (int i = 0; i < count; i++) {
                target[offset + i] = (byte) read();
            }
            return count == 0 ? -1 : count;
        }
    }
}

package dev.dpo4j.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Preferences in a file: JSONL, or one JSON array; UTF-8 and nothing else. Read row by row, so that a file of any size
 * needs the memory of its longest row, which may have 16 MB.
 */
public final class PreferenceFile {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private PreferenceFile() {}

    /** What is done with the rows of a file. */
    public interface RowHandler {

        /**
         * A good row.
         *
         * @param row its number, from 1, bad rows counted too
         * @param line the line it starts on, from 1
         */
        void row(int row, int line, PreferenceExample example) throws IOException;

        /** A row that cannot be used; reading goes on when this returns. */
        default void invalid(int row, int line, InvalidRowException problem) {
            throw new InvalidRowException(problem.pointer(), "line " + line + ": " + problem.reason());
        }
    }

    /**
     * Reads all rows.
     *
     * @throws IOException when the stream fails
     * @throws InvalidRowException from the handler, when it does not take bad rows
     */
    public static void read(InputStream in, RowHandler handler) throws IOException {
        RowSplitter rows = new RowSplitter(in);
        int number = 0;
        for (Optional<RawRow> raw = rows.next(); raw.isPresent(); raw = rows.next()) {
            number++;
            int line = raw.get().line();
            PreferenceExample example;
            try {
                example = PreferenceParser.parse(json(raw.get()), "", UnknownFields.IGNORED);
            } catch (InvalidRowException e) {
                handler.invalid(number, line, e);
                continue;
            }
            handler.row(number, line, example);
        }
    }

    /** Reads all rows and says how many of what kind there are, and what is wrong with the bad ones. */
    public static PreferenceFileReport validate(InputStream in) throws IOException {
        PreferenceFileReport.Builder report = new PreferenceFileReport.Builder();
        read(in, report);
        return report.build();
    }

    private static JsonNode json(RawRow row) {
        if (row.isBroken()) {
            throw new InvalidRowException("", row.problem());
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(row.bytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidRowException("", "is not UTF-8");
        }
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw new InvalidRowException("", "is not valid JSON: " + firstLine(e.getOriginalMessage()));
        }
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}

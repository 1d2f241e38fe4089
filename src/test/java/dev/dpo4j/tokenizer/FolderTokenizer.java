package dev.dpo4j.tokenizer;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** Tokenizers of model folders for which time stands still. */
public final class FolderTokenizer {

    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

    private FolderTokenizer() {}

    public static Tokenizer load(Path folder) {
        return Tokenizer.load(folder, CLOCK);
    }
}

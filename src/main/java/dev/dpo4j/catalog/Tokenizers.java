package dev.dpo4j.catalog;

import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.tokenizer.TokenizerException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The tokenizers of model folders, each loaded once, when first asked for, and again when its folder has changed. */
@Component
class Tokenizers {

    private final Clock clock;
    private final Map<String, Loaded> loaded = new HashMap<>();

    Tokenizers(Clock clock) {
        this.clock = clock;
    }

    private record Loaded(String version, Tokenizer tokenizer) {}

    /**
     * A model's tokenizer, if it has one.
     *
     * @param version of the model's folder
     * @param files the tokenizer's, {@code tokenizer.json} first; none: there is no tokenizer
     * @throws BrokenModelException if its files are damaged
     */
    synchronized Optional<Tokenizer> of(String id, String version, List<Path> files) {
        if (files.isEmpty()) {
            return Optional.empty();
        }
        Loaded before = loaded.get(id);
        if (before != null && before.version().equals(version)) {
            return Optional.of(before.tokenizer());
        }
        // The one before stays open: requests may still be using it.
        Tokenizer tokenizer = load(id, files.getFirst());
        loaded.put(id, new Loaded(version, tokenizer));
        return Optional.of(tokenizer);
    }

    private Tokenizer load(String id, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException(file + " lies in no folder");
        }
        try {
            return Tokenizer.load(folder, clock);
        } catch (TokenizerException e) {
            // Answers name files, not where they lie on this machine.
            String reason = String.valueOf(e.getMessage()).replace(folder + "/", "");
            throw new BrokenModelException(id, reason, e);
        }
    }
}

package dev.dpo4j.api;

import dev.dpo4j.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;

/** Single tokens as texts. */
final class TokenTexts {

    private TokenTexts() {}

    /** A token's text; null without a tokenizer, and for one of the ids that models often have beyond their tokenizer's. */
    static @Nullable String of(int id, @Nullable Tokenizer tokenizer) {
        return tokenizer == null || id >= tokenizer.vocabularySize() ? null : tokenizer.tokenText(id);
    }
}

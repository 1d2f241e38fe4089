package dev.dpo4j.tokenizer;

import org.jspecify.annotations.Nullable;

/** A tokenizer that cannot be loaded, or cannot do what is asked; says which file, where and why. */
public final class TokenizerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public TokenizerException(String message) {
        super(message);
    }

    public TokenizerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

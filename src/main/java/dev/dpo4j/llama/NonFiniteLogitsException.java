package dev.dpo4j.llama;

/** A model's logits are not numbers: its weights, or what they compute from this text, are broken. */
public final class NonFiniteLogitsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NonFiniteLogitsException(int position) {
        super("The model gives NaN or infinity for the token at position " + position
                + " (counted from 0): its weights cannot be used");
    }
}

package dev.dpo4j.llama;

/**
 * What a model added to a prompt.
 *
 * @param tokens the tokens, with the one that ended the text
 * @param end why there are no more
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier; never compared
public record Generation(int[] tokens, End end) {

    /** Why a text ends. */
    public enum End {
        /** Its last token is one that ends texts. */
        STOP_TOKEN,
        /** It has as many tokens as were asked for. */
        LENGTH,
        /** Whoever listened had enough. */
        STOPPED
    }
}

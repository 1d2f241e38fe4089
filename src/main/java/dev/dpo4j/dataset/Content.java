package dev.dpo4j.dataset;

import dev.dpo4j.tokenizer.ChatMessage;
import java.util.List;

/** A prompt or an answer in one of the three forms that clients send, and where in the row it stood. */
public sealed interface Content {

    /** The JSON pointer (RFC 6901) of this content in its row or request. */
    String pointer();

    /** Token ids, taken as they are. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of token ids; never compared
    record TokenIds(int[] ids, String pointer) implements Content {}

    /** Plain text, to be tokenised with the tokenizer's own special tokens. */
    record Text(String text, String pointer) implements Content {}

    /** Chat messages, to be rendered by the model's chat template. */
    record Messages(List<ChatMessage> messages, String pointer) implements Content {
        public Messages {
            messages = List.copyOf(messages);
        }
    }
}

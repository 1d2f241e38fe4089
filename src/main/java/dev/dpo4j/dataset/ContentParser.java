package dev.dpo4j.dataset;

import dev.dpo4j.dataset.Content.Messages;
import dev.dpo4j.dataset.Content.Text;
import dev.dpo4j.dataset.Content.TokenIds;
import dev.dpo4j.tokenizer.ChatMessage;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A prompt, an answer, or a list of answers: which of the forms is told by what the JSON holds. */
final class ContentParser {

    private ContentParser() {}

    static Content content(Field field) {
        if (field.node().isString()) {
            return new Text(field.text(), field.pointer());
        }
        if (field.node().isObject()) {
            return new Messages(List.of(MessageParser.message(field)), field.pointer());
        }
        if (field.startsWith(JsonNode::isNumber)) {
            return tokenIds(field);
        }
        if (field.startsWith(JsonNode::isObject)) {
            return new Messages(MessageParser.messages(field), field.pointer());
        }
        if (field.node().isArray() && field.node().isEmpty()) {
            throw field.invalid("is empty");
        }
        throw field.invalid("must be a string, a list of token ids or a list of messages, not " + described(field));
    }

    /** A prompt may be an empty list of ids; whether that can be used is the tokenizer's to say. */
    static Content prompt(Field field) {
        return field.node().isArray() && field.node().isEmpty()
                ? new TokenIds(new int[0], field.pointer())
                : content(field);
    }

    static Content answer(Field field) {
        Content answer = content(field);
        if (isEmpty(answer)) {
            throw field.invalid("an answer must not be empty");
        }
        return answer;
    }

    /**
     * One answer or several: a list of numbers or of messages is one answer, a list of strings or of lists several.
     */
    static List<Content> answers(Field field) {
        if (field.startsWith(first -> first.isString() || first.isArray())) {
            return field.items().stream().map(ContentParser::answer).toList();
        }
        return List.of(answer(field));
    }

    static TokenIds tokenIds(Field field) {
        int[] ids = field.items().stream().mapToInt(ContentParser::tokenId).toArray();
        return new TokenIds(ids, field.pointer());
    }

    private static int tokenId(Field item) {
        if (!item.node().isIntegralNumber()
                || !item.node().canConvertToInt()
                || item.node().intValue() < 0) {
            throw item.invalid("a token id must be a whole number from 0, not " + item.kind());
        }
        return item.node().intValue();
    }

    private static boolean isEmpty(Content content) {
        return switch (content) {
            case TokenIds tokens -> tokens.ids().length == 0;
            case Text text -> text.text().isEmpty();
            case Messages messages ->
                messages.messages().stream().map(ChatMessage::content).allMatch(String::isEmpty);
        };
    }

    private static String described(Field field) {
        return field.node().isArray()
                ? "a list that starts with " + field.items().getFirst().kind()
                : field.kind();
    }
}

package dev.dpo4j.dataset;

import dev.dpo4j.tokenizer.ChatMessage;
import java.util.List;
import java.util.stream.Collectors;

/** Chat messages in OpenAI's form ({@code role}, {@code content}) and in ShareGPT's ({@code from}, {@code value}). */
final class MessageParser {

    private MessageParser() {}

    static List<ChatMessage> messages(Field list) {
        List<Field> items = list.items();
        if (items.isEmpty()) {
            throw list.invalid("must hold at least one message");
        }
        return items.stream().map(MessageParser::message).toList();
    }

    static ChatMessage message(Field message) {
        message.requireObject();
        for (String calls : List.of("tool_calls", "function_call")) {
            message.find(calls).filter(field -> !field.node().isEmpty()).ifPresent(field -> {
                throw field.invalid("calls of tools are not supported: leave such rows out");
            });
        }
        if (message.has("from") && !message.has("role")) {
            return new ChatMessage(
                    shareGptRole(message.get("from")), message.get("value").text());
        }
        Field role = message.get("role");
        if (role.text().isBlank()) {
            throw role.invalid("must not be empty");
        }
        return new ChatMessage(role.text(), content(message.get("content")));
    }

    private static String shareGptRole(Field from) {
        return switch (from.text()) {
            case "human", "user" -> "user";
            case "gpt", "assistant" -> "assistant";
            case "system" -> "system";
            default -> throw from.invalid("must be human, gpt or system, not '" + from.text() + "'");
        };
    }

    /** Text, or OpenAI's list of text parts, which are joined. */
    private static String content(Field content) {
        if (!content.node().isArray()) {
            return content.text();
        }
        return content.items().stream().map(MessageParser::part).collect(Collectors.joining());
    }

    private static String part(Field part) {
        part.requireObject();
        Field type = part.get("type");
        if (!type.text().equals("text")) {
            throw type.invalid("only parts of type 'text' are supported, not '" + type.text() + "'");
        }
        return part.get("text").text();
    }
}

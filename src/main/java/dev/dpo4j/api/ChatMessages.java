package dev.dpo4j.api;

import dev.dpo4j.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A conversation as OpenAI's clients send it. */
final class ChatMessages {

    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");
    private static final Set<String> FIELDS = Set.of("role", "content");

    private ChatMessages() {}

    /**
     * The messages for a chat template. OpenAI's developer is what templates call system.
     *
     * @throws ApiException if one of them cannot be understood
     */
    static List<ChatMessage> parse(List<JsonNode> messages) {
        List<ChatMessage> parsed = new ArrayList<>();
        for (JsonNode message : messages) {
            parsed.add(parse(message, "messages." + parsed.size()));
        }
        return parsed;
    }

    private static ChatMessage parse(JsonNode message, String param) {
        if (!message.isObject()) {
            throw invalid(ProblemCode.INVALID_TYPE, param, "must be an object with role and content");
        }
        for (Map.Entry<String, JsonNode> field : message.properties()) {
            JsonNode value = field.getValue();
            // Answers that clients send back as history carry fields for tools and refusals, with nothing in them.
            boolean nothing = value.isNull() || (value.isContainer() && value.isEmpty());
            if (!FIELDS.contains(field.getKey()) && !nothing) {
                throw invalid(
                        ProblemCode.UNSUPPORTED_VALUE,
                        param + "." + field.getKey(),
                        "is not supported: leave it out of messages");
            }
        }
        String role = message.path("role").asString("");
        if (!ROLES.contains(role)) {
            throw invalid(
                    ProblemCode.INVALID_VALUE, param + ".role", "must be one of system, developer, user and assistant");
        }
        return new ChatMessage(
                role.equals("developer") ? "system" : role, content(message.path("content"), param + ".content"));
    }

    private static String content(JsonNode content, String param) {
        if (content.isString()) {
            return content.asString();
        }
        if (!content.isArray() || content.isEmpty()) {
            throw invalid(ProblemCode.INVALID_TYPE, param, "must be a string or a list of parts of type text");
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < content.size(); i++) {
            JsonNode part = content.path(i);
            if (!part.path("type").asString("").equals("text")
                    || !part.path("text").isString()) {
                throw invalid(
                        ProblemCode.UNSUPPORTED_VALUE,
                        param + "." + i,
                        "must be {\"type\": \"text\", \"text\": …}: no other parts are supported");
            }
            text.append(part.path("text").asString());
        }
        return text.toString();
    }

    private static ApiException invalid(ProblemCode code, String param, String reason) {
        return ApiException.badRequest(code, param, JsonPointers.ofParam(param) + ": " + reason);
    }
}

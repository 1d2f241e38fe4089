package dev.dpo4j.api;

import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * OpenAI's options that this service does not have. Clients send many of them at the value that changes nothing, which is accepted;
 * any other value is refused rather than ignored.
 */
final class OpenAiOptions {

    /** What both kinds of completion share; labels that OpenAI keeps for its own use have no effect at any value. */
    private static final Map<String, Predicate<JsonNode>> SHARED = Map.ofEntries(
            Map.entry("n", OpenAiOptions::isOne),
            Map.entry("stream", OpenAiOptions::isFalse),
            Map.entry("stream_options", JsonNode::isNull),
            Map.entry("frequency_penalty", OpenAiOptions::isZero),
            Map.entry("presence_penalty", OpenAiOptions::isZero),
            Map.entry("logit_bias", OpenAiOptions::isEmpty),
            Map.entry("user", JsonNode::isString));

    private static final Map<String, Predicate<JsonNode>> CHAT = Map.ofEntries(
            Map.entry("logprobs", OpenAiOptions::isFalse),
            Map.entry("top_logprobs", OpenAiOptions::isZero),
            Map.entry("store", OpenAiOptions::isFalse),
            Map.entry("metadata", JsonNode::isObject),
            Map.entry("safety_identifier", JsonNode::isString),
            Map.entry("prompt_cache_key", JsonNode::isString),
            Map.entry("prompt_cache_retention", JsonNode::isString),
            Map.entry("service_tier", is("auto").or(is("default"))),
            Map.entry("response_format", value -> is("text").test(value.path("type"))),
            Map.entry("modalities", value -> value.size() == 1 && is("text").test(value.path(0))),
            Map.entry("tools", OpenAiOptions::isEmpty),
            Map.entry("tool_choice", is("none").or(is("auto"))),
            Map.entry("parallel_tool_calls", value -> true),
            Map.entry("functions", OpenAiOptions::isEmpty),
            Map.entry("function_call", is("none").or(is("auto"))),
            Map.entry("audio", JsonNode::isNull),
            Map.entry("prediction", JsonNode::isNull),
            Map.entry("reasoning_effort", JsonNode::isNull),
            Map.entry("verbosity", JsonNode::isNull),
            Map.entry("web_search_options", JsonNode::isNull));

    private static final Map<String, Predicate<JsonNode>> TEXT = Map.of(
            "logprobs", JsonNode::isNull,
            "echo", OpenAiOptions::isFalse,
            "best_of", OpenAiOptions::isOne,
            "suffix", is(""));

    private OpenAiOptions() {}

    /** Refuses what is not known, and what would have to change a chat completion. */
    static void requireNeutralForChat(@Nullable Map<String, JsonNode> others) {
        requireNeutral(others, CHAT);
    }

    /** Refuses what is not known, and what would have to change a text completion. */
    static void requireNeutralForText(@Nullable Map<String, JsonNode> others) {
        requireNeutral(others, TEXT);
    }

    private static void requireNeutral(
            @Nullable Map<String, JsonNode> others, Map<String, Predicate<JsonNode>> ofThisKind) {
        if (others == null) {
            return;
        }
        others.forEach((name, value) -> {
            Predicate<JsonNode> neutral = ofThisKind.getOrDefault(name, SHARED.get(name));
            if (neutral == null) {
                throw ApiException.badRequest(
                        ProblemCode.UNKNOWN_FIELD,
                        name,
                        "/%s: unknown field \"%s\". Leave it out; accepted besides this API's own fields, where they change nothing: %s."
                                .formatted(name, name, names(ofThisKind.keySet())));
            }
            if (!value.isNull() && !neutral.test(value)) {
                throw ApiException.badRequest(
                        ProblemCode.UNSUPPORTED_VALUE,
                        name,
                        "/%s: %s is not supported%s. Leave %s out."
                                .formatted(name, shortened(value), name.equals("stream") ? " yet" : "", name));
            }
        });
    }

    private static String names(Set<String> ofThisKind) {
        return Stream.concat(SHARED.keySet().stream(), ofThisKind.stream())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String shortened(JsonNode value) {
        String json = value.toString();
        return json.length() <= 60 ? json : json.substring(0, 60) + "…";
    }

    private static boolean isFalse(JsonNode value) {
        return value.isBoolean() && !value.booleanValue();
    }

    private static boolean isZero(JsonNode value) {
        return value.isNumber() && value.doubleValue() == 0;
    }

    private static boolean isOne(JsonNode value) {
        return value.isIntegralNumber() && value.intValue() == 1;
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isContainer() && value.isEmpty();
    }

    private static Predicate<JsonNode> is(String text) {
        return value -> value.isString() && value.asString().equals(text);
    }
}

package dev.dpo4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.Golden;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Compares with what transformers renders: see src/test/python/chat_templates.py. */
class ChatTemplateTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-02T09:05:00Z"), ZoneOffset.UTC);
    private static final JsonNode GOLDEN = Golden.read("chat-templates.json");

    static Stream<String> templates() {
        return GOLDEN.path("templates").properties().stream().map(Map.Entry::getKey);
    }

    @ParameterizedTest
    @MethodSource("templates")
    void rendersEveryConversationAsTransformersDoes(String name) {
        ChatTemplate template =
                ChatTemplate.parse(GOLDEN.path("templates").path(name).asString(), name);
        int compared = 0;
        for (JsonNode test : GOLDEN.path("cases")) {
            if (!test.path("template").asString().equals(name)) {
                continue;
            }
            String conversation = test.path("conversation").asString();
            boolean generation = test.path("add_generation_prompt").booleanValue();
            List<ChatMessage> messages = messages(conversation);
            if (test.path("text").isNull()) {
                assertThatThrownBy(() -> template.render(messages, generation, specialTokens(), CLOCK))
                        .as("%s, generation prompt %s", conversation, generation)
                        .isInstanceOf(TokenizerException.class);
            } else {
                assertThat(template.render(messages, generation, specialTokens(), CLOCK))
                        .as("%s, generation prompt %s", conversation, generation)
                        .isEqualTo(test.path("text").asString());
            }
            compared++;
        }
        assertThat(compared).isEqualTo(2 * GOLDEN.path("conversations").size());
    }

    @Test
    void goldenHoldsSixteenShapesOfTemplates() {
        assertThat(templates()).hasSize(16);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ messages | groupby('role') }}",
                "{{ messages[0].content.zfill(9) }}",
                "{{ messages.append(1) }}",
                "{{ messages[0].__class__ }}",
                "{{ messages[0]['__class__'] }}",
                "{{ messages[0].content.format() }}",
                "{{ ''.join(['a']) }}",
                "{{ messages is escaped }}",
                "{{ unknown_function() }}",
                "{{ unknown.attribute }}",
                "{{ 'a' + 1 }}",
                "{{ messages[0].content | trim(1) }}",
                "{{ 2 ** 3 }}",
                "{{ lipsum() }}",
                "{% include 'x' %}",
                "{% import 'x' as y %}",
                "{% filter upper %}a{% endfilter %}",
                "{% raw %}a{% endraw %}",
                "{% call f() %}{% endcall %}",
                "{% set messages.x = 1 %}",
                "{{ messages[0].content | safe }}",
                "{{ raise_exception('no') }}",
                "{{ strftime_now('%c') }}",
                "{% for i in range(100001) %}{% endfor %}",
                "{% for i in 'ab' recursive %}{% endfor %}",
                "{{ 'a' * 100000000 }}",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
                "{{ loop.index }}",
                "{{ 1 / 0 }}",
                "{{ messages[0]",
                "{{ 'open }}",
                "{% if true %}",
                "{% endif %}",
                "{% break %}",
                "{# never closed",
                "{{ }}",
                "{{ a b }}",
                "{{ [1, 2 }}",
                "{% else %}"
            })
    void whatIsNotSupportedOrWrongIsRefusedWithItsLine(String construct) {
        assertThatThrownBy(() -> ChatTemplate.parse("text\n" + construct, "chat_template.jinja")
                        .render(messages("one question"), true, specialTokens(), CLOCK))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("chat_template.jinja, line 2: ");
    }

    @Test
    void refusalNamesTheConstruct() {
        assertThatThrownBy(() -> render("{{ messages | groupby('role') }}"))
                .hasMessage("The chat template in test, line 1: the filter 'groupby' is not supported");
        assertThatThrownBy(() -> render("\n{% if true %}{{ messages[0].content.zfill(9) }}{% endif %}"))
                .hasMessage("The chat template in test, line 2: the string method 'zfill' is not supported");
        assertThatThrownBy(() -> render("{{ raise_exception('no system message') }}"))
                .hasMessage("The chat template in test, line 1: "
                        + "the template refuses the conversation: no system message");
    }

    @Test
    void deepNestingIsRefusedRatherThanOverflowingTheStack() {
        assertThatThrownBy(() -> render("{{ " + "(".repeat(100_000) + " }}")).isInstanceOf(TokenizerException.class);
        assertThatThrownBy(() -> render("{{ " + "not ".repeat(100_000) + "1 }}"))
                .isInstanceOf(TokenizerException.class);
        assertThatThrownBy(() -> render("{% if 1 %}".repeat(100_000))).isInstanceOf(TokenizerException.class);
    }

    @Test
    void contentIsNeverTakenForATemplate() {
        assertThat(ChatTemplate.parse("{{ messages[0].content }}", "test")
                        .render(List.of(new ChatMessage("user", "{{ 7 * 7 }}{% if %}")), false, specialTokens(), CLOCK))
                .isEqualTo("{{ 7 * 7 }}{% if %}");
    }

    @Test
    void dateIsTheClocks() {
        assertThat(render("{{ strftime_now('%d %b %Y, %A %B %H:%M %y%%') }}"))
                .isEqualTo("02 Nov 2026, Monday November 09:05 26%");
    }

    private static String render(String template) {
        return ChatTemplate.parse(template, "test").render(messages("one question"), false, specialTokens(), CLOCK);
    }

    private static List<ChatMessage> messages(String conversation) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : GOLDEN.path("conversations").path(conversation)) {
            messages.add(new ChatMessage(
                    message.path("role").asString(), message.path("content").asString()));
        }
        return messages;
    }

    private static Map<String, String> specialTokens() {
        Map<String, String> tokens = new LinkedHashMap<>();
        GOLDEN.path("special_tokens")
                .properties()
                .forEach(entry -> tokens.put(entry.getKey(), entry.getValue().asString()));
        return tokens;
    }
}

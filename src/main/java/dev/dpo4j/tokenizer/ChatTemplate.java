package dev.dpo4j.tokenizer;

import dev.dpo4j.tokenizer.jinja.JinjaException;
import dev.dpo4j.tokenizer.jinja.Template;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's chat template: renders a conversation exactly as transformers' {@code apply_chat_template} does, or says why
 * it cannot.
 */
final class ChatTemplate {

    private final Template template;
    private final String origin;

    private ChatTemplate(Template template, String origin) {
        this.template = template;
        this.origin = origin;
    }

    /**
     * Parses a template.
     *
     * @param source Jinja2
     * @param origin the file it comes from, for error messages
     * @throws TokenizerException naming the line of what is malformed or not supported
     */
    static ChatTemplate parse(String source, String origin) {
        try {
            return new ChatTemplate(Template.parse(source), origin);
        } catch (JinjaException e) {
            throw failure(origin, e);
        }
    }

    /**
     * Renders a conversation.
     *
     * @param addGenerationPrompt whether the text ends with the opening of the assistant's turn
     * @param specialTokens by their names: bos_token, eos_token, ...
     * @param clock for templates that print today's date
     * @throws TokenizerException naming the line of what the template refuses or needs but is not supported
     */
    String render(
            List<ChatMessage> messages, boolean addGenerationPrompt, Map<String, String> specialTokens, Clock clock) {
        Map<String, Object> variables = new LinkedHashMap<>(specialTokens);
        variables.put("messages", messages.stream().map(ChatTemplate::fields).toList());
        variables.put("tools", Template.none());
        variables.put("documents", Template.none());
        variables.put("add_generation_prompt", addGenerationPrompt);
        try {
            return template.render(variables, clock);
        } catch (JinjaException e) {
            throw failure(origin, e);
        }
    }

    private static Map<String, Object> fields(ChatMessage message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("role", message.role());
        fields.put("content", message.content());
        return fields;
    }

    private static TokenizerException failure(String origin, JinjaException e) {
        return new TokenizerException(
                "The chat template in %s, line %d: %s".formatted(origin, e.line(), e.getMessage()), e);
    }
}

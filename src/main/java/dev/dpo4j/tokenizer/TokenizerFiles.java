package dev.dpo4j.tokenizer;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tokenizer's files of a Hugging Face model folder, read.
 *
 * @param tokenizer tokenizer.json
 * @param specialTokens by the names that templates know: bos_token, eos_token, unk_token, ...
 * @param chatTemplate its source, where there is one
 */
record TokenizerFiles(
        ObjectNode tokenizer, Map<String, String> specialTokens, Optional<ChatTemplateSource> chatTemplate) {

    /** A chat template's text and the file it stood in. */
    record ChatTemplateSource(String text, String file) {}

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final List<String> SPECIAL_TOKENS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    static TokenizerFiles read(Path folder) {
        ObjectNode tokenizer = object(folder.resolve("tokenizer.json"))
                .orElseThrow(() -> new TokenizerException(folder.resolve("tokenizer.json") + " does not exist"));
        Path configFile = folder.resolve("tokenizer_config.json");
        ObjectNode config = object(configFile).orElseGet(JSON::createObjectNode);
        ObjectNode named = object(folder.resolve("special_tokens_map.json")).orElseGet(JSON::createObjectNode);
        Map<String, String> specialTokens = new LinkedHashMap<>();
        for (String name : SPECIAL_TOKENS) {
            JsonNode value = config.hasNonNull(name) ? config.get(name) : named.path(name);
            specialToken(value, configFile, name).ifPresent(token -> specialTokens.put(name, token));
        }
        addSpecialTokens(tokenizer, specialTokens);
        return new TokenizerFiles(tokenizer, specialTokens, chatTemplate(folder, config, configFile));
    }

    private static Optional<String> specialToken(JsonNode value, Path file, String name) {
        JsonNode token = value.isObject() ? value.path("content") : value;
        if (token.isMissingNode() || token.isNull()) {
            return Optional.empty();
        }
        if (!token.isString()) {
            throw new TokenizerException(file + ": " + name + " must be a string or an object with 'content'");
        }
        return Optional.of(token.asString());
    }

    /** As transformers does, special tokens are never cut into pieces, even where tokenizer.json does not say so. */
    private static void addSpecialTokens(ObjectNode tokenizer, Map<String, String> specialTokens) {
        Vocabulary vocabulary = Vocabulary.of(tokenizer);
        Set<String> added = new HashSet<>();
        for (JsonNode token : tokenizer.path("added_tokens")) {
            added.add(token.path("content").asString(""));
        }
        ArrayNode tokens =
                tokenizer.get("added_tokens") instanceof ArrayNode array ? array : tokenizer.putArray("added_tokens");
        for (String token : new LinkedHashSet<>(specialTokens.values())) {
            Optional<Integer> id = vocabulary.id(token).filter(known -> !added.contains(token));
            id.ifPresent(known -> tokens.addObject()
                    .put("id", known)
                    .put("content", token)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true));
        }
    }

    private static Optional<ChatTemplateSource> chatTemplate(Path folder, ObjectNode config, Path configFile) {
        Path file = folder.resolve("chat_template.jinja");
        if (Files.exists(file)) {
            return Optional.of(new ChatTemplateSource(text(file), file.toString()));
        }
        JsonNode template = config.path("chat_template");
        if (template.isArray()) {
            for (JsonNode named : template) {
                if (named.path("name").asString("").equals("default")
                        && named.path("template").isString()) {
                    return Optional.of(
                            new ChatTemplateSource(named.path("template").asString(), configFile.toString()));
                }
            }
            return Optional.empty();
        }
        if (template.isMissingNode() || template.isNull()) {
            return Optional.empty();
        }
        if (!template.isString()) {
            throw new TokenizerException(configFile + ": chat_template must be a string or a list of named templates");
        }
        return Optional.of(new ChatTemplateSource(template.asString(), configFile.toString()));
    }

    private static Optional<ObjectNode> object(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            if (JSON.readTree(text(file)) instanceof ObjectNode object) {
                return Optional.of(object);
            }
        } catch (JacksonException e) {
            throw new TokenizerException(file + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
        throw new TokenizerException(file + " must hold a JSON object");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new TokenizerException(file + " is not UTF-8", e);
        } catch (IOException e) {
            throw new TokenizerException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}

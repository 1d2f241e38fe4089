package dev.dpo4j.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The tokens of a tokenizer.json and their ids. */
final class Vocabulary {

    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Integer, String> tokens = new HashMap<>();
    private int size;

    private Vocabulary() {}

    static Vocabulary of(JsonNode tokenizer) {
        Vocabulary vocabulary = new Vocabulary();
        JsonNode model = tokenizer.path("model").path("vocab");
        if (model.isObject()) {
            model.properties().forEach(entry -> vocabulary.add(entry.getKey(), entry.getValue()));
        } else {
            // Unigram models list [token, score] in the order of the ids
            for (int id = 0; id < model.size(); id++) {
                vocabulary.put(model.path(id).path(0).asString(""), id);
            }
        }
        for (JsonNode added : tokenizer.path("added_tokens")) {
            vocabulary.add(added.path("content").asString(""), added.path("id"));
        }
        return vocabulary;
    }

    private void add(String token, JsonNode id) {
        if (!id.isInt() || id.intValue() < 0) {
            throw new TokenizerException("tokenizer.json: the token '" + token + "' has no valid id");
        }
        put(token, id.intValue());
    }

    private void put(String token, int id) {
        ids.put(token, id);
        tokens.put(id, token);
        size = Math.max(size, id + 1);
    }

    Optional<Integer> id(String token) {
        return Optional.ofNullable(ids.get(token));
    }

    Optional<String> token(int id) {
        return Optional.ofNullable(tokens.get(id));
    }

    /** One more than the highest id. */
    int size() {
        return size;
    }
}

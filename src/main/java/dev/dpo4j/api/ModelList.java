package dev.dpo4j.api;

import java.util.List;

/**
 * All models; OpenAI's API never cuts this list into pages.
 *
 * @param object always {@code list}
 * @param data the models
 */
record ModelList(String object, List<Model> data) {

    static ModelList of(List<Model> models) {
        return new ModelList("list", models);
    }
}

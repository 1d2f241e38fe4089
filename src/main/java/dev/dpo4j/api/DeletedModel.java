package dev.dpo4j.api;

/**
 * A model is gone.
 *
 * @param id its id
 * @param object always {@code model}
 * @param deleted always true
 */
record DeletedModel(String id, String object, boolean deleted) {

    static DeletedModel of(String id) {
        return new DeletedModel(id, "model", true);
    }
}

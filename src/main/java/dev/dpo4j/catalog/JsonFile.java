package dev.dpo4j.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A model folder's small JSON files. */
final class JsonFile {

    private static final long MAX_BYTES = 1 << 20;

    private JsonFile() {}

    /** The object that a file of a folder holds; the exception says what is wrong with it. */
    static ObjectNode read(FolderSnapshot folder, String name) throws IOException {
        Path file = folder.files().get(name);
        if (file == null) {
            throw new IOException("it has no " + name);
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("its " + name + " is larger than " + MAX_BYTES + " bytes");
        }
        try {
            JsonNode json = new JsonMapper().readTree(Files.readAllBytes(file));
            if (json instanceof ObjectNode object) {
                return object;
            }
            throw new IOException("its " + name + " does not hold a JSON object");
        } catch (JacksonException e) {
            throw new IOException("its " + name + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }
}

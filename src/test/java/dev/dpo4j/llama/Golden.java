package dev.dpo4j.llama;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Figures that the scripts in src/test/python computed with PyTorch. */
final class Golden {

    private Golden() {}

    static JsonNode read(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(Golden.class.getResourceAsStream("/goldens/" + name), name)) {
            return new JsonMapper().readTree(in);
        }
    }
}

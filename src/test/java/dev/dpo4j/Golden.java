package dev.dpo4j;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Figures of PyTorch, transformers, TRL and PEFT: what the scripts in src/test/python wrote into src/test/resources/goldens. */
public final class Golden {

    private Golden() {}

    /**
     * The figures of a file.
     *
     * @param name as in {@code losses-open.json}
     */
    public static JsonNode read(String name) {
        try (InputStream in = Objects.requireNonNull(Golden.class.getResourceAsStream("/goldens/" + name), name)) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

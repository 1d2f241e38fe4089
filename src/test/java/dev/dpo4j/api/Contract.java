package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.OpenApi31;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Holds every JSON answer that a test gets to what {@code openapi/openapi.yaml} says of it; a field that it does not name is too much. */
final class Contract {

    private static final JsonNode CONTRACT = read();
    private static final List<Operations> PATHS = CONTRACT.get("paths")
            .propertyStream()
            .map(path -> new Operations(pattern(path.getKey()), literals(path.getKey()), path.getValue()))
            .sorted(Comparator.comparingInt(Operations::literals).reversed())
            .toList();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(OpenApi31.getInstance());
    private static final Map<JsonNode, Schema> KNOWN = new ConcurrentHashMap<>();

    private Contract() {}

    /** A path's operations; {@code literals} counts the characters that no parameter stands for. */
    private record Operations(Pattern pattern, int literals, JsonNode operations) {}

    /**
     * Fails where an answer is not as the contract says.
     *
     * @param path with its query
     */
    static void requireKept(String method, String path, int status, @Nullable String contentType, String body) {
        String type = contentType == null ? "" : contentType.replaceFirst(";.*", "");
        if (!path.startsWith("/v1/") || !(type.equals("application/json") || type.equals("application/problem+json"))) {
            return;
        }
        String what = method + " " + path + " (" + status + ")";
        Optional<JsonNode> operation = operation(method, path.replaceFirst("\\?.*", ""));
        if (operation.isEmpty()) {
            assertThat(status).as("%s is not in the contract", what).isGreaterThanOrEqualTo(400);
            return;
        }
        JsonNode responses = operation.get().get("responses");
        JsonNode response = responses.path(Integer.toString(status));
        JsonNode described = response.isMissingNode() ? responses.path(status / 100 + "XX") : response;
        JsonNode schema = described.path("content").path(type).path("schema");
        assertThat(schema.isMissingNode())
                .as("%s: the contract has no answer of type %s", what, type)
                .isFalse();
        List<Error> errors = KNOWN.computeIfAbsent(schema, Contract::schema)
                .validate(JsonMapper.shared().readTree(body));
        assertThat(errors).as("%s breaks the contract: %s", what, body).isEmpty();
    }

    private static Optional<JsonNode> operation(String method, String path) {
        return PATHS.stream()
                .filter(operations -> operations.pattern.matcher(path).matches())
                .findFirst()
                .map(operations -> operations.operations.get(method.toLowerCase(java.util.Locale.ROOT)));
    }

    private static Schema schema(JsonNode schema) {
        ObjectNode whole = JsonMapper.shared().createObjectNode();
        whole.putArray("allOf").add(schema);
        whole.set("$defs", CONTRACT.at("/components/schemas"));
        return SCHEMAS.getSchema(whole);
    }

    /** Ids of models may have slashes. */
    private static Pattern pattern(String template) {
        return Pattern.compile("\\Q" + template.replaceAll("\\{[^}]*}", "\\\\E.+\\\\Q") + "\\E");
    }

    private static int literals(String template) {
        return template.replaceAll("\\{[^}]*}", "").length();
    }

    private static JsonNode read() {
        try {
            String contract = Files.readString(Path.of("openapi/openapi.yaml"));
            JsonNode parsed = new YAMLMapper().readTree(contract.replace("#/components/schemas/", "#/$defs/"));
            parsed.at("/components/schemas").forEach(Contract::allowNothingElse);
            return parsed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void allowNothingElse(JsonNode schema) {
        if (schema.has("properties") && !schema.has("additionalProperties")) {
            ((ObjectNode) schema).put("additionalProperties", false);
        }
    }
}

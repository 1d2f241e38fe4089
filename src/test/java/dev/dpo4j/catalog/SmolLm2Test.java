package dev.dpo4j.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.llama.LlamaWeights;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real model folder: bfloat16 weights, tied embeddings, grouped queries. */
@Tag("real")
class SmolLm2Test {

    private static final Path FOLDER = Path.of(Objects.requireNonNull(
            System.getProperty("dpo4j.test.smollm2"), "set dpo4j.test.smollm2 to the folder of SmolLM2-135M-Instruct"));

    @Test
    void itsFolderIsAModelOfTheCatalog() throws IOException {
        Path root = Objects.requireNonNull(FOLDER.toAbsolutePath().getParent());
        FolderModels models = new FolderModels(new ModelProperties(root, null, Map.of()));

        FolderModel model = models.model(String.valueOf(FOLDER.getFileName())).orElseThrow();

        assertThat(model.entry().error()).isNull();
        assertThat(model.entry().hasTokenizer()).isTrue();
        BaseModel smolLm2 = model.model().orElseThrow();
        assertThat(smolLm2.config().parameters()).isEqualTo(134_515_008);
        try (LlamaWeights weights = LlamaWeights.allocate(smolLm2.config())) {
            smolLm2.fill(weights);
            // The final norm's first weight is a bfloat16: the low half of the float is empty, the rest is not.
            int bits = weights.tensor("model.norm.weight").get(ValueLayout.JAVA_INT, 0);
            assertThat(bits & 0xFFFF).isZero();
            assertThat(bits).isNotZero();
        }
    }
}

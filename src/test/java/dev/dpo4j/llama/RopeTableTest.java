package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.Golden;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RopeTableTest {

    /** Default, linear and llama3 scaling, and the notebook's narrow heads. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void frequenciesCosinesAndSinesAreThoseOfTransformers(int index) throws IOException {
        JsonNode golden = Golden.read("rope.json").get(index);
        LlamaConfig config = LlamaConfigReader.read(golden.get("config"));

        float[] frequencies = RopeTable.inverseFrequencies(config);
        JsonNode expected = golden.get("inverse_frequencies");
        assertThat(frequencies).hasSize(expected.size());
        for (int j = 0; j < frequencies.length; j++) {
            assertThat(frequencies[j])
                    .as("frequency " + j)
                    .isEqualTo(expected.get(j).floatValue());
        }

        RopeTable table = RopeTable.of(config, 2048);
        for (int i = 0; i < golden.get("positions").size(); i++) {
            int position = golden.get("positions").get(i).intValue();
            assertRow(table.cos(), position, golden.get("cos").get(i));
            assertRow(table.sin(), position, golden.get("sin").get(i));
        }
    }

    private static void assertRow(float[] table, int position, JsonNode expected) {
        for (int j = 0; j < expected.size(); j++) {
            assertThat((double) table[position * expected.size() + j])
                    .as("position " + position + ", pair " + j)
                    .isCloseTo(expected.get(j).doubleValue(), within(1e-7));
        }
    }
}

package dev.dpo4j.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.tensor.Compute;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class NotebookGoldenTest {

    @Test
    void givesTheNotebooksTokenLogProbs() throws Exception {
        JsonNode golden = JsonMapper.shared().readTree(getClass().getResourceAsStream("/goldens/notebook.json"));
        LlamaConfig config = LlamaConfigReader.read(golden.get("config"));
        try (LlamaWeights weights = LlamaWeights.allocate(config);
                Compute compute = new Compute(KernelSelection.best(), 2)) {
            SeededWeights.fill(config, 0, weights::tensor);
            LlamaModel model = new LlamaModel(weights, null, compute);
            TokenTree.Builder tree = new TokenTree.Builder();
            int prompt = tree.add(-1, 1, 2, 3, 4, 5, 6);
            tree.add(prompt, 7, 8, 9);
            tree.add(prompt, 1, 2, 0);
            tree.add(prompt, 4, 5, 6);
            ScoredTokens scored = new ScoredTokens(
                    new int[] {5, 6, 7, 8, 5, 9, 10, 11, 5, 12, 13, 14},
                    new int[] {7, 8, 9, 10, 1, 2, 0, 0, 4, 5, 6, 0});
            try (Activations a = new Activations(config, 15, 12, 15, 0, 2, Activations.Keep.ALL)) {
                double[] logp = model.logProbs(tree.build(), scored, a).logProbs();
                List<Double> expected = new ArrayList<>();
                golden.get("token_logps").forEach(row -> row.forEach(x -> expected.add(x.asDouble())));
                for (int i = 0; i < 12; i++) {
                    assertThat(logp[i]).isCloseTo(expected.get(i), within(1e-6 + 1e-4 * Math.abs(expected.get(i))));
                    System.out.println("OUT:" + logp[i] + " " + expected.get(i));
                }
            }
        }
    }
}

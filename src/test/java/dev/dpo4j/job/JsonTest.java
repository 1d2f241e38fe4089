package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.llama.LoraConfig;
import dev.dpo4j.train.TrainingProgress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void anAdapterFromBeforeItHadPatternsIsRead() {
        String old = "{\"r\":4,\"alpha\":8.0,\"targetModules\":[\"q_proj\",\"v_proj\"]}";
        assertThat(Json.read(old, LoraConfig.class)).isEqualTo(new LoraConfig(4, 8, Set.of("q_proj", "v_proj")));
    }

    @Test
    void patternsKeepTheirOrder() {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        List.of("z", "a", "m.*", "b").forEach(pattern -> ranks.put(pattern, ranks.size() + 1));
        LoraConfig lora = new LoraConfig(4, 8, Set.of("q_proj"), true, ranks, Map.of("x", 2.5));

        LoraConfig read = Json.read(Json.write(lora), LoraConfig.class);
        assertThat(read).isEqualTo(lora);
        assertThat(read.rankPattern().keySet()).containsExactly("z", "a", "m.*", "b");
    }

    @Test
    void progressWrittenBeforeValidationsCouldBeInterruptedIsRead() {
        String old = "{\"step\":3,\"numTokens\":30,\"sinceLastReport\":null,\"stepsSinceLastReport\":0}";
        assertThat(Json.read(old, TrainingProgress.class)).isEqualTo(new TrainingProgress(3, 30, null, 0, false));
    }
}

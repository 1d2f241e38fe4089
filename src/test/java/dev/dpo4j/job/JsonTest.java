package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.train.TrainingProgress;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void progressWrittenBeforeValidationsCouldBeInterruptedIsRead() {
        String old = "{\"step\":3,\"numTokens\":30,\"sinceLastReport\":null,\"stepsSinceLastReport\":0}";
        assertThat(Json.read(old, TrainingProgress.class)).isEqualTo(new TrainingProgress(3, 30, null, 0, false));
    }
}

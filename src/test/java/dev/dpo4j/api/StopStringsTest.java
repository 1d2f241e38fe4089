package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class StopStringsTest {

    @Test
    void theFirstToAppearInTheTextCounts() {
        StopStrings stops = StopStrings.parse(JsonMapper.shared().readTree("[\"three\", \"two\"]"));

        assertThat(stops.firstIn("one two three")).hasValue(4);
        assertThat(stops.firstIn("one three two")).hasValue(4);
        assertThat(stops.firstIn("one")).isEmpty();
    }

    @Test
    void mayBeAbsentOrASingleString() {
        assertThat(StopStrings.parse(null).isEmpty()).isTrue();
        assertThat(StopStrings.parse(JsonMapper.shared().readTree("\"x\"")).strings())
                .isEqualTo(List.of("x"));
    }
}

package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeptCheckpointsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            40 30 20 10 | 2 |    | 40 30
            40 30 20 10 | 2 | 10 | 40 10
            40 30 20 10 | 3 | 10 | 40 30 10
            40 30 20 10 | 2 | 40 | 40 30
            40 30 20 10 | 1 | 20 | 40 20
            40 30 20 10 | 1 | 40 | 40
            40 30 20 10 | 2 | 15 | 40 30
            40 30       | 5 | 30 | 40 30
            40          | 1 |    | 40
            """)
    void theNewestAndTheBestAlwaysStay(String steps, int limit, @Nullable Integer best, String kept) {
        assertThat(KeptCheckpoints.of(List.copyOf(numbers(steps)), limit, best))
                .containsExactlyInAnyOrderElementsOf(Set.copyOf(numbers(kept)));
    }

    private static List<Integer> numbers(String text) {
        return Arrays.stream(text.split(" ", -1)).map(Integer::valueOf).collect(Collectors.toList());
    }
}

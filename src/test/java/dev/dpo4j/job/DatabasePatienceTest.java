package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;

class DatabasePatienceTest {

    private final RuntimeException away =
            new DataAccessResourceFailureException("away", new SQLException("Connection refused", "08001"));

    private final ServiceStop stop = new ServiceStop();
    private final List<Duration> pauses = new ArrayList<>();
    private final DatabasePatience patience = new DatabasePatience(stop, pauses::add);

    @Test
    void aDatabaseThatIsAwayIsWaitedFor() {
        assertThat(patience.outlast(failing(3, away))).isEqualTo("done");
        assertThat(pauses).hasSize(3);
    }

    @Test
    void whatTheDatabaseSaysWhenItIsThereIsNotRepeated() {
        RuntimeException refused =
                new DataIntegrityViolationException("no", new SQLException("duplicate key", "23505"));
        assertThatThrownBy(() -> patience.outlast(failing(1, refused))).isSameAs(refused);
        assertThat(pauses).isEmpty();
    }

    @Test
    void nobodyWaitsWhileTheServiceStops() {
        DatabasePatience stopping = new DatabasePatience(stop, pause -> {
            pauses.add(pause);
            stop.begin();
        });
        assertThatThrownBy(() -> stopping.outlast(failing(5, away))).isSameAs(away);
        assertThat(pauses).hasSize(1);
    }

    @Test
    void anInterruptEndsTheWait() {
        DatabasePatience interrupted = new DatabasePatience(stop, pause -> {
            throw new InterruptedException();
        });
        assertThatThrownBy(() -> interrupted.outlast(failing(5, away))).isSameAs(away);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static Supplier<String> failing(int times, RuntimeException failure) {
        int[] left = {times};
        return () -> {
            if (left[0]-- > 0) {
                throw failure;
            }
            return "done";
        };
    }
}

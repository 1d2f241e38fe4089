package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import dev.dpo4j.blob.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** What a node makes of an execution whose node has been silent for too long. */
@JobTest
class TakeoverTest {

    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    @Autowired
    private JobRunner runner;

    @Autowired
    private Database database;

    @Autowired
    private DataSource dataSource;

    private final List<Instant> due = new ArrayList<>();

    @Test
    @Tag("embedded")
    void itIsDueByTheSchedulersClockNotTheSystems() {
        SchedulerClock clock = new SchedulerClock(
                Clock.fixed(Instant.parse("2020-02-20T20:20:20Z"), ZoneOffset.UTC),
                database,
                JdbcClient.create(dataSource));
        lookAtADeadExecution(clock);
        assertThat(due).containsExactly(clock.now());
    }

    @Test
    @Tag("postgresql")
    void aNodeThatWasCutOffItselfGivesTheOthersTimeToSayThatTheyLive() {
        Away connections = new Away(dataSource);
        Hand own = new Hand(Instant.parse("2020-02-20T20:20:20Z"));
        SchedulerClock clock = new SchedulerClock(own, database, JdbcClient.create(connections));

        clock.measure();
        own.turn(HEARTBEAT.multipliedBy(3));
        lookAtADeadExecution(clock);
        assertThat(due).hasSize(1);

        connections.away = true;
        assertThatThrownBy(clock::measure).isInstanceOf(DataAccessException.class);
        connections.away = false;
        clock.measure();
        lookAtADeadExecution(clock);
        own.turn(HEARTBEAT.multipliedBy(2));
        lookAtADeadExecution(clock);
        assertThat(due).as("not at once").hasSize(1);

        own.turn(HEARTBEAT);
        lookAtADeadExecution(clock);
        assertThat(due).hasSize(2).last().isEqualTo(clock.now());
        assertThat(clock.now())
                .isCloseTo(Clock.systemUTC().instant().plus(HEARTBEAT.multipliedBy(3)), within(5, ChronoUnit.SECONDS));
    }

    private void lookAtADeadExecution(SchedulerClock clock) {
        JobProperties properties =
                new JobProperties(null, true, HEARTBEAT, HEARTBEAT, 6, Duration.ofSeconds(30), Duration.ofSeconds(30));
        Task<TrainingTicket> task = new SchedulerConfiguration().trainingTask(runner, properties, clock);
        Execution execution = new Execution(
                clock.now(), new TaskInstance<>(task.getTaskName(), "job#1", new TrainingTicket("job", 1)));
        task.getDeadExecutionHandler()
                .deadExecution(
                        ExecutionComplete.failure(execution, clock.now(), clock.now(), null),
                        new Rescheduled(execution));
    }

    private final class Rescheduled extends ExecutionOperations<TrainingTicket> {

        @SuppressWarnings("NullAway") // neither repository nor listeners are asked
        Rescheduled(Execution execution) {
            super(null, null, execution);
        }

        @Override
        public void reschedule(ExecutionComplete completed, Instant next) {
            due.add(next);
        }
    }

    private static final class Away extends DelegatingDataSource {

        private boolean away;

        Away(DataSource dataSource) {
            super(dataSource);
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (away) {
                throw new SQLTransientConnectionException("away");
            }
            return super.getConnection();
        }
    }

    /** A clock turned by hand. */
    private static final class Hand extends Clock {

        private Instant now;

        Hand(Instant now) {
            this.now = now;
        }

        void turn(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}

package dev.dpo4j.job;

import com.github.kagkarlsson.scheduler.Clock;
import dev.dpo4j.blob.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The one clock by which all nodes schedule and tell the living from the dead: the database's. A node whose own clock is ahead would
 * take every heartbeat of the others for an old one, and their jobs with it. The difference to the node's clock is measured every few
 * seconds, so that asking for the time costs nothing and works while the database is away.
 */
@Component
class SchedulerClock implements Clock {

    private static final Logger log = LoggerFactory.getLogger(SchedulerClock.class);

    /** A difference worth telling: times shown to users come from the nodes' own clocks. */
    private static final Duration WORTH_A_WARNING = Duration.ofSeconds(5);

    private final java.time.Clock own;
    private final Database database;
    private final JdbcClient jdbc;
    private volatile Duration ahead = Duration.ZERO;
    private volatile @Nullable Instant answeringSince;
    private boolean measured;

    SchedulerClock(java.time.Clock own, Database database, JdbcClient jdbc) {
        this.own = own;
        this.database = database;
        this.jdbc = jdbc;
    }

    @Override
    public Instant now() {
        return own.instant().plus(ahead);
    }

    /** Keeps the difference up to date; while the database is away, the last one holds. */
    @Scheduled(fixedDelayString = "${dpo4j.jobs.heartbeat-interval:10s}")
    void measureAgain() {
        try {
            measure();
        } catch (DataAccessException e) {
            log.debug("The database's clock cannot be read now", e);
        }
    }

    /** Measures how far the database's clock is ahead. To be called before the scheduler starts. */
    synchronized void measure() {
        if (database.embedded()) {
            return; // it has our clock
        }
        boolean answered = false;
        try {
            synchronise();
            answered = true;
        } finally {
            if (!answered) {
                answeringSince = null;
            } else if (answeringSince == null) {
                answeringSince = now();
            }
        }
    }

    /** Whether the database has answered each time it was asked for as long as this; an embedded one cannot be out of reach. */
    boolean answeredFor(Duration time) {
        Instant since = answeringSince;
        return database.embedded() || (since != null && !now().isBefore(since.plus(time)));
    }

    private void synchronise() {
        Instant asked = own.instant();
        OffsetDateTime answer =
                jdbc.sql("select current_timestamp").query(OffsetDateTime.class).single();
        Duration way = Duration.between(asked, own.instant());
        if (measured && way.compareTo(WORTH_A_WARNING) > 0) {
            return; // a busy pool, a frozen server: at which end of that time the answer was given, nobody knows
        }
        Duration measuredNow = Duration.between(asked.plus(way.dividedBy(2)), answer.toInstant());
        if (measuredNow.minus(ahead).abs().compareTo(WORTH_A_WARNING) > 0) {
            log.warn(
                    "This node's clock differs from the database's by {} s. Jobs are scheduled by the database's; times of"
                            + " events and models are this node's. Check its time synchronisation.",
                    -measuredNow.toSeconds());
        }
        ahead = measuredNow;
        measured = true;
    }
}

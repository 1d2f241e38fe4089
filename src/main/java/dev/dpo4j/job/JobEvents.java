package dev.dpo4j.job;

import dev.dpo4j.blob.Database;
import dev.dpo4j.dataset.Page;
import java.time.Clock;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The events of all jobs: a log per job, in the order of commits. */
@Component
public class JobEvents {

    private static final Pattern ID = Pattern.compile("ftevent-([A-Za-z0-9]{1,64})-([0-9]{1,18})");

    private final JobEventRows events;
    private final JobRows jobs;
    private final JobNews news;
    private final JobLog log;
    private final Clock clock;
    private final Database database;

    JobEvents(JobEventRows events, JobRows jobs, JobNews news, JobLog log, Clock clock, Database database) {
        this.events = events;
        this.jobs = jobs;
        this.news = news;
        this.log = log;
        this.clock = clock;
        this.database = database;
    }

    /**
     * Adds an event unless the job has one of its key.
     *
     * @param job held locked by the caller: this is what makes sequence numbers follow the order of commits, and keys unique
     * @return whether it was added
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean append(JobRow job, NewEvent event) {
        if (event.key() != null && events.exists(job.getId(), event.key())) {
            return false;
        }
        events.save(new JobEventRow(job.getId(), job.nextEvent(), event, clock.instant()));
        log.tellAfterCommit(job.getId(), event);
        news.announceAfterCommit();
        return true;
    }

    /**
     * A page of a job's events, newest first.
     *
     * @param after the id of the event to continue after; null: from the newest
     */
    @Transactional(readOnly = true)
    public Page<JobEvent> newestFirst(String jobId, @Nullable String after, int limit) {
        requireJob(jobId);
        long before = after == null ? Long.MAX_VALUE : sequence(jobId, after);
        Page<JobEvent> page = Page.of(events.before(jobId, before, Limit.of(limit + 1)), limit)
                .map(JobEventRow::toEvent);
        database.sync(); // as below
        return page;
    }

    /** At most {@code limit} of a job's events after a sequence number, oldest first. */
    @Transactional(readOnly = true)
    public List<JobEvent> after(String jobId, long sequence, int limit) {
        List<JobEvent> found = events.after(jobId, sequence, Limit.of(limit)).stream()
                .map(JobEventRow::toEvent)
                .toList();
        if (!found.isEmpty()) {
            database.sync(); // what is shown must not be lost: a commit can be seen a moment before it is on the disk
        }
        return found;
    }

    private void requireJob(String jobId) {
        if (!jobs.existsById(jobId)) {
            throw new UnknownJobException(jobId);
        }
    }

    private long sequence(String jobId, String eventId) {
        Matcher id = ID.matcher(eventId);
        if (id.matches() && eventId.startsWith(JobEvent.idPrefix(jobId))) {
            long sequence = Long.parseLong(id.group(2));
            if (events.exists(jobId, sequence)) {
                return sequence;
            }
        }
        throw new UnknownCursorException(eventId);
    }
}

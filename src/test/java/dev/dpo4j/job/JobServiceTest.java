package dev.dpo4j.job;

import static dev.dpo4j.job.JobFixtures.labelled;
import static dev.dpo4j.job.JobFixtures.newJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.dataset.Page;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@JobTest
class JobServiceTest {

    @Autowired
    private JobService service;

    @Autowired
    private JobEvents events;

    @Autowired
    private JobModels models;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private PlatformTransactionManager transactions;

    @Test
    void aJobAndItsExecutionAppearTogether() {
        String id = service.create(newJob(3, null)).id();
        assertThat(executions(id)).isEqualTo(1);
        assertThat(service.status(id)).isEqualTo(JobStatus.VALIDATING_FILES);
    }

    @Test
    void neitherJobNorExecutionSurvivesACrashBetweenThem() {
        String[] id = new String[1];
        new TransactionTemplate(transactions).executeWithoutResult(status -> {
            id[0] = service.create(newJob(3, null)).id();
            status.setRollbackOnly();
        });
        assertThat(executions(id[0])).isZero();
        assertThatThrownBy(() -> service.get(id[0])).isInstanceOf(UnknownJobException.class);
    }

    @Test
    void taskDataIsReadableJson() {
        String id = service.create(newJob(3, null)).id();
        byte[] data = jdbc.sql("select task_data from scheduled_tasks where task_instance = ?")
                .param(id + "#1")
                .query(byte[].class)
                .single();
        assertThat(new String(data, StandardCharsets.UTF_8)).isEqualTo("{\"jobId\":\"" + id + "\",\"runNumber\":1}");
    }

    @Test
    void aModelIsNeededUntilItsJobHasEnded() {
        String id = service.create(newJob(3, null)).id();
        String model = service.get(id).spec().model();
        assertThat(models.uses(model)).isTrue();
        assertThat(models.uses("another")).isFalse();
    }

    @Test
    void aJobIsReadBackAsItWasCreated() {
        Job created = service.create(labelled(Map.of("team", "a")));
        assertThat(service.get(created.id())).isEqualTo(created);
        assertThat(created.spec().hyperparameters()).isEqualTo(JobFixtures.hyperparameters(1, null));
    }

    @Test
    void pagesOfJobsJoinWithoutGapOrRepetition() {
        String label = UUID.randomUUID().toString();
        List<String> newestFirst = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            newestFirst.addFirst(service.create(labelled(Map.of("set", label))).id());
        }
        JobFilter filter = new JobFilter(Map.of("set", label), false);
        Page<Job> first = service.list(filter, null, 2);
        Page<Job> second = service.list(filter, first.items().getLast().id(), 2);
        Page<Job> third = service.list(filter, second.items().getLast().id(), 2);
        assertThat(ids(first)).isEqualTo(newestFirst.subList(0, 2));
        assertThat(ids(second)).isEqualTo(newestFirst.subList(2, 4));
        assertThat(ids(third)).isEqualTo(newestFirst.subList(4, 5));
        assertThat(List.of(first.hasMore(), second.hasMore(), third.hasMore())).containsExactly(true, true, false);
    }

    @Test
    void labelsSelectJobsThatHaveThemAll() {
        String label = UUID.randomUUID().toString();
        String both = service.create(labelled(Map.of("x", label, "y", "1"))).id();
        service.create(labelled(Map.of("x", label, "y", "2")));
        String none = service.create(labelled(Map.of())).id();
        assertThat(ids(service.list(new JobFilter(Map.of("x", label, "y", "1"), false), null, 10)))
                .containsExactly(both);
        assertThat(ids(service.list(new JobFilter(Map.of(), true), null, 1))).containsExactly(none);
    }

    @Test
    void anUnknownCursorIsNoFirstPage() {
        assertThatThrownBy(() -> service.list(JobFilter.ALL, "ftjob-none", 10))
                .isInstanceOf(UnknownCursorException.class)
                .hasMessageContaining("ftjob-none");
        String id = service.create(newJob(3, null)).id();
        assertThatThrownBy(() -> events.newestFirst(id, "ftevent-other-1", 10))
                .isInstanceOf(UnknownCursorException.class);
        assertThatThrownBy(() -> events.newestFirst(id, JobEvent.idPrefix(id) + "99", 10))
                .isInstanceOf(UnknownCursorException.class);
    }

    @Test
    void eventsAreListedNewestFirst() {
        String id = service.create(newJob(3, null)).id();
        service.pause(id);
        service.resume(id);
        Page<JobEvent> page = events.newestFirst(id, null, 2);
        assertThat(page.items())
                .extracting(JobEvent::message)
                .containsExactly("The job was resumed", "The job was paused");
        assertThat(page.hasMore()).isTrue();
        Page<JobEvent> rest = events.newestFirst(id, page.items().getLast().id(), 2);
        assertThat(rest.items()).extracting(JobEvent::sequence).containsExactly(1L);
        assertThat(rest.hasMore()).isFalse();
    }

    @Test
    void whatTheLifeCycleDoesNotHaveIsRefusedAndChangesNothing() {
        String id = service.create(newJob(3, null)).id();
        assertThatThrownBy(() -> service.resume(id)).isInstanceOf(JobStateException.class);
        service.cancel(id);
        assertThatThrownBy(() -> service.cancel(id))
                .isInstanceOf(JobStateException.class)
                .hasMessage("Job " + id + " is cancelled and cannot become cancelled");
        assertThatThrownBy(() -> service.pause(id)).isInstanceOf(JobStateException.class);
        assertThat(events.after(id, 0, 10)).hasSize(2);
    }

    @Test
    void aTunedModelIsNamedAfterTheBaseItCameFrom() {
        JobSpec spec = new JobSpec(
                "ftjob-abc",
                Instant.EPOCH,
                "ft:llama:old:xyz",
                JobFixtures.file("file-1"),
                null,
                "new",
                JobFixtures.hyperparameters(1, null));
        assertThat(spec.tunedModelId()).isEqualTo("ft:llama:new:abc");
        assertThat(spec.checkpointModelId(7)).isEqualTo("ft:llama:new:abc:ckpt-step-7");
    }

    private int executions(@Nullable String jobId) {
        return jdbc.sql("select count(*) from scheduled_tasks where task_instance like ?")
                .param(jobId + "#%")
                .query(Integer.class)
                .single();
    }

    private static List<String> ids(Page<Job> page) {
        return page.items().stream().map(Job::id).toList();
    }
}

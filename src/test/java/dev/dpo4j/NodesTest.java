package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.api.Http;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Two services in processes of their own on one PostgreSQL. */
class NodesTest {

    /** 128 + SIGTERM. */
    private static final int TERMINATED = 143;

    private static final Pattern HANDED_OVER = Pattern.compile("Stopped after step (\\d+) because its node stops");

    private static final PostgresServer.PostgresDatabase DATABASE = PostgresServer.database("nodes");
    private static final Map<String, ServiceProcess> NODES = new TreeMap<>();

    @TempDir
    private static Path homes;

    private static String undisturbedId = "";
    private static String undisturbedWeights = "";
    private static List<ShownEvent> undisturbed = List.of();

    private final JdbcClient sql = JdbcClient.create(new DriverManagerDataSource(DATABASE.url(), DATABASE.user(), ""));

    @BeforeAll
    static void runAJobUndisturbed() throws IOException, InterruptedException {
        startNodes();
        Http http = node("a").http();
        undisturbedId = TinyJob.createFull(http);
        undisturbed = node("a").follow(undisturbedId, 0).untilItsEnd();
        undisturbedWeights = TinyJob.weights(http, undisturbedId);
    }

    @BeforeEach
    void both() throws IOException, InterruptedException {
        startNodes();
    }

    @AfterAll
    static void end() {
        NODES.values().forEach(ServiceProcess::close);
        NODES.clear();
    }

    @Test
    void everyNodeServesModelsAndFilesThatAnotherOneHas() {
        Http a = node("a").http();
        Http b = node("b").http();
        String model = a.get("/v1/fine_tuning/jobs/" + undisturbedId)
                .json()
                .get("fine_tuned_model")
                .asString();
        String loss = """
                {"model": "%s", "prompt": [1, 2], "chosen": [3, 4], "rejected": [5]}""".formatted(model);
        assertThat(b.postJson("/v1/dpo/loss", loss).json().get("loss"))
                .isEqualTo(a.postJson("/v1/dpo/loss", loss).json().get("loss"));
        assertThat(TinyJob.weights(b, undisturbedId)).isEqualTo(undisturbedWeights);

        String file = a.get("/v1/fine_tuning/jobs/" + undisturbedId)
                .json()
                .get("training_file")
                .asString();
        String content = "/v1/files/" + file + "/content";
        assertThat(b.get(content).response().body())
                .isEqualTo(a.get(content).response().body());
    }

    @Test
    void aKilledNodesJobGoesOnElsewhereAndEndsWithTheSameWeights() throws InterruptedException {
        Running job = start();
        job.awaitStep(20);
        job.owner().kill();
        job.endsAsIfUndisturbed();
    }

    @Test
    void aStoppedNodeHandsItsJobOverWithACheckpointOfItsLastStep() throws InterruptedException {
        Running job = start();
        job.awaitStep(10);
        ServiceProcess owner = job.owner();
        owner.terminate();
        assertThat(owner.exitStatus()).isEqualTo(TERMINATED);
        List<String> log = job.endsAsIfUndisturbed();
        int step = log.stream()
                .map(HANDED_OVER::matcher)
                .filter(Matcher::find)
                .mapToInt(handedOver -> Integer.parseInt(handedOver.group(1)))
                .findFirst()
                .orElseThrow();
        assertThat(log)
                .contains("Checkpoint written after step " + step)
                .contains("Resumed from step " + step + " of " + TinyJob.STEPS);
    }

    @Test
    void aFrozenNodeThatComesBackWritesNothingAndDropsTheJob() throws IOException, InterruptedException {
        Running job = start();
        job.awaitStep(10);
        ServiceProcess frozen = job.owner();
        frozen.freeze();
        try {
            job.endsAsIfUndisturbed();
            // Its last events are told before what only a running job needs is freed.
            job.owner().log().await("Job " + job.id + ": the run is over");
            List<Map<String, Object>> before = everythingAbout(job.id);
            List<Map<String, Object>> blobs = blobs();
            frozen.thaw();
            frozen.log().await("Stopped: Claim 1 of job " + job.id + " is over");
            assertThat(everythingAbout(job.id)).isEqualTo(before);
            assertThat(blobs())
                    .as("it leaves none, and removes what it was writing when it froze")
                    .isSubsetOf(blobs);
        } finally {
            frozen.thaw();
        }
        assertThat(frozen.http().get("/actuator/health").status()).isEqualTo(200);
        String next = TinyJob.createFull(frozen.http());
        frozen.follow(next, 0).untilItsEnd();
        assertThat(TinyJob.weights(frozen.http(), next)).isEqualTo(undisturbedWeights);
    }

    @Test
    void aJobIsPausedResumedAndCancelledThroughTheOtherNode() throws InterruptedException {
        Running job = start();
        job.awaitStep(5);
        Http other = job.other().http();
        assertThat(job.ask(other, "pause")).isEqualTo("paused");
        job.events.await(event -> event.message().startsWith("Stopped after step "));
        assertThat(job.ask(other, "resume")).isIn("queued", "running");
        job.awaitStep(TinyJob.STEPS / 2);
        assertThat(job.ask(job.other().http(), "cancel")).isEqualTo("cancelled");
        List<ShownEvent> shown = job.events.untilItsEnd();
        assertThat(shown.getLast().message()).isEqualTo("The job was cancelled");
        job.owners()
                .forEach(owner -> assertThat(owner.http()
                                .get("/v1/fine_tuning/jobs/" + job.id)
                                .json()
                                .get("status")
                                .asString())
                        .isEqualTo("cancelled"));
    }

    @Test
    void aBurstOfJobsIsDoneByBothNodesEachJobByOne() throws InterruptedException {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(TinyJob.createFull(node("a").http()));
            ids.add(TinyJob.createFull(node("b").http()));
        }
        for (String id : ids) {
            List<ShownEvent> log = node("b").follow(id, 0).untilItsEnd();
            assertThat(TinyJob.weights(node("a").http(), id)).isEqualTo(undisturbedWeights);
            assertThat(substance(id, log)).isEqualTo(substance(undisturbedId, undisturbed));
            assertThat(fence(id)).isOne();
        }
        assertThat(sql.sql("select distinct owner from job where id in (:ids)")
                        .param("ids", ids)
                        .query(String.class)
                        .list())
                .containsExactlyInAnyOrder("a", "b");
    }

    private Running start() {
        Http http = node("a").http();
        return new Running(TinyJob.createFull(http));
    }

    /** A job that runs on one of the nodes, watched through the other. */
    private final class Running {

        private final String id;
        private EventStream events;

        Running(String id) {
            this.id = id;
            this.events = node("b").follow(id, 0);
        }

        /** Waits for a step, and from then on watches through the node that does not run the job. */
        void awaitStep(int step) throws InterruptedException {
            events.await(event -> event.ofStep(step));
            events = other().follow(id, 0);
            events.await(event -> event.ofStep(step));
        }

        ServiceProcess owner() {
            return node(ownerName());
        }

        ServiceProcess other() {
            return node(ownerName().equals("a") ? "b" : "a");
        }

        List<ServiceProcess> owners() {
            return List.of(node("a"), node("b"));
        }

        String ask(Http http, String what) {
            return http.postJson("/v1/fine_tuning/jobs/" + id + "/" + what, "")
                    .json()
                    .get("status")
                    .asString();
        }

        /** Waits for the job's end on the node watched through, and returns what the job's log says of its way there. */
        List<String> endsAsIfUndisturbed() throws InterruptedException {
            List<ShownEvent> log = events.untilItsEnd();
            List<String> messages = log.stream().map(ShownEvent::message).toList();
            assertThat(fence(id)).as("taken over: %s", messages).isEqualTo(2);
            assertThat(messages).anyMatch(message -> message.startsWith("Resumed from step "));
            assertThat(substance(id, log)).isEqualTo(substance(undisturbedId, undisturbed));
            Http survivor = NODES.values().stream()
                    .filter(ServiceProcess::alive)
                    .filter(node -> node == node(ownerName()))
                    .findFirst()
                    .orElseThrow()
                    .http();
            assertThat(TinyJob.weights(survivor, id)).isEqualTo(undisturbedWeights);
            return messages;
        }

        private String ownerName() {
            return sql.sql("select owner from job where id = :id")
                    .param("id", id)
                    .query(String.class)
                    .single();
        }
    }

    private long fence(String id) {
        return sql.sql("select fence from job where id = :id")
                .param("id", id)
                .query(Long.class)
                .single();
    }

    private List<Map<String, Object>> everythingAbout(String id) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String query : List.of(
                "select * from job where id = :id",
                "select * from job_event where job_id = :id order by sequence",
                "select * from job_checkpoint where job_id = :id order by step",
                "select * from tuned_model where job_id = :id",
                """
                select id, complete from blob_manifest where id in (
                    select weights_blob from job_checkpoint where job_id = :id
                    union select optimizer_blob from job_checkpoint where job_id = :id) order by id""")) {
            rows.addAll(sql.sql(query).param("id", id).query().listOfRows());
        }
        return rows;
    }

    private List<Map<String, Object>> blobs() {
        List<Map<String, Object>> rows = new ArrayList<>();
        rows.addAll(sql.sql("select id from blob_manifest").query().listOfRows());
        return rows;
    }

    /** What a job tells, but for what tells of its way from node to node and the checkpoints written for that. */
    private static List<String> substance(String id, List<ShownEvent> events) {
        return events.stream()
                .filter(event -> !event.message().startsWith("Resumed from step")
                        && !event.message().startsWith("Stopped after step")
                        && !event.message().startsWith("Checkpoint written"))
                .map(event -> event.substance(id))
                .toList();
    }

    private static ServiceProcess node(String name) {
        return Objects.requireNonNull(NODES.get(name), name);
    }

    private static void startNodes() throws IOException, InterruptedException {
        for (String name : List.of("a", "b")) {
            ServiceProcess node = NODES.get(name);
            if (node == null || !node.alive()) {
                List<String> settings = new ArrayList<>(List.of(TinyJob.MODEL));
                settings.addAll(DATABASE.settings());
                settings.addAll(List.of(
                        "dpo4j.jobs.node=" + name,
                        "dpo4j.jobs.heartbeat-interval=500ms",
                        "dpo4j.jobs.missed-heartbeats=6",
                        "dpo4j.jobs.polling-interval=500ms"));
                NODES.put(name, ServiceProcess.start(homes.resolve(name), settings.toArray(String[]::new)));
            }
        }
    }
}

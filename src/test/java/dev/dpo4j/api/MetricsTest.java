package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.job.FakeTraining;
import dev.dpo4j.job.FakeTrainingConfiguration;
import dev.dpo4j.job.JobNews;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;

@ServiceTest
@Import(FakeTrainingConfiguration.class)
class MetricsTest {

    private static final String JOBS = "/v1/fine_tuning/jobs";
    private static final Duration LONG = Duration.ofSeconds(60);

    @LocalServerPort
    private int port;

    @Autowired
    private FakeTraining training;

    @Autowired
    private JobNews news;

    private Http http;

    @BeforeEach
    void connect() {
        http = new Http(port);
        assertThat(http.postJson("/v1/datasets/my-preferences/preferences", """
                {"id": "1", "prompt": [1, 2], "chosen": [3], "rejected": [4]}""").status())
                .isIn(200, 201);
    }

    @AfterEach
    void undisturbed() {
        training.reset();
    }

    @Test
    void aJobShowsInEveryMeterAboutJobs() throws InterruptedException {
        Map<String, Double> before = scrape();
        run(6);
        Map<String, Double> after = scrape();

        assertThat(grown("dpo4j_training_steps_total", before, after)).isEqualTo(6);
        assertThat(grown("dpo4j_training_tokens_total", before, after)).isEqualTo(60);
        assertThat(grown("dpo4j_training_step_seconds_count", before, after)).isEqualTo(6);
        assertThat(grown("dpo4j_training_step_seconds_sum", before, after))
                .as("six times the quarter of a second that a step of the fake says it took")
                .isEqualTo(1.5);
        assertThat(grown("dpo4j_jobs_queue_seconds_count", before, after)).isEqualTo(1);
        assertThat(grown("dpo4j_jobs_ended_total{outcome=\"succeeded\"}", before, after))
                .isEqualTo(1);
        assertThat(grown("dpo4j_jobs_ended_total{outcome=\"failed\"}", before, after))
                .isZero();
        assertThat(grown("dpo4j_checkpoints_write_seconds_count", before, after))
                .as("after steps 2, 4 and 6")
                .isEqualTo(3);
        assertThat(grown("dpo4j_checkpoints_write_seconds_sum", before, after)).isPositive();
        assertThat(grown("dpo4j_checkpoints_standstill_seconds_count", before, after))
                .isEqualTo(3);
        assertThat(grown("dpo4j_checkpoints_size_bytes_count", before, after)).isEqualTo(3);
        assertThat(grown("dpo4j_checkpoints_size_bytes_sum", before, after)).isGreaterThan(3 * 2 * Float.BYTES);
        assertThat(grown("dpo4j_checkpoints_damaged_total", before, after)).isZero();
        for (String status :
                List.of("validating_files", "queued", "running", "paused", "succeeded", "failed", "cancelled")) {
            assertThat(after.get("dpo4j_jobs{status=\"" + status + "\"}"))
                    .as(status)
                    .isNotNull()
                    .isNotNaN();
        }
    }

    @Test
    void aCancelledJobAndAFailedOneAreToldApart() throws InterruptedException {
        Map<String, Double> before = scrape();
        training.beforeStep(step -> {
            throw new IllegalStateException("this run cannot go on");
        });
        run(1);
        training.reset();
        training.beforeStep(step -> cancelAll());
        run(2);
        Map<String, Double> after = scrape();

        assertThat(grown("dpo4j_jobs_ended_total{outcome=\"failed\"}", before, after))
                .isEqualTo(1);
        assertThat(grown("dpo4j_jobs_ended_total{outcome=\"cancelled\"}", before, after))
                .isEqualTo(1);
        assertThat(grown("dpo4j_jobs_ended_total{outcome=\"succeeded\"}", before, after))
                .isZero();
    }

    @Test
    void aModelShowsWhenItIsLoaded() {
        assertThat(http.postJson("/v1/dpo/loss", """
                        {"model": "notebook", "prompt": [1, 2], "chosen": [3], "rejected": [4]}""").status()).isEqualTo(200);
        Map<String, Double> meters = scrape();

        assertThat(meters.get("dpo4j_models_load_seconds_count{kind=\"base\"}")).isEqualTo(1);
        assertThat(meters.get("dpo4j_models_load_seconds_sum{kind=\"base\"}")).isPositive();
        assertThat(meters.get("dpo4j_models_load_seconds_count{kind=\"tuned\"}"))
                .isZero();
        double weights = sample("dpo4j_models_weights_bytes", meters);
        assertThat(weights).as("what the notebook's model takes").isEqualTo(4.0 * 4_548_992);
        assertThat(meters.get("dpo4j_models_weights_limit_bytes")).isGreaterThan(weights);
        assertThat(meters.get("dpo4j_memory_resident_bytes"))
                .as("more than the weights")
                .isGreaterThan(weights);
    }

    @Test
    void noMeterHasAJobsIdInIt() throws InterruptedException {
        String id = run(1);
        assertThat(http.get("/actuator/prometheus").response().body())
                .contains("http_server_requests_seconds_count")
                .doesNotContain(id.substring("ftjob-".length()));
    }

    @Test
    void theLogNamesTheJobOnTheRunsThread() throws InterruptedException {
        List<String> named = new ArrayList<>();
        training.beforeStep(step -> named.add(MDC.get("job")));
        String first = run(1);
        String second = run(1);
        assertThat(named).containsExactly(first, second);
    }

    private void cancelAll() {
        http.get(JOBS + "?limit=100").json().get("data").forEach(job -> {
            if (job.get("status").asString().equals("running")) {
                http.postJson(JOBS + "/" + job.get("id").asString() + "/cancel", "");
            }
        });
    }

    /** Runs a job to its end and returns its id. */
    private String run(int steps) throws InterruptedException {
        Http.Answer created = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences",
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {"max_steps": %d, "save_steps": 2}}}}""".formatted(steps));
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        String id = created.json().get("id").asString();
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            long version = news.version();
            String status = http.get(JOBS + "/" + id).json().get("status").asString();
            if (List.of("succeeded", "failed", "cancelled").contains(status)) {
                return id;
            }
            assertThat(System.nanoTime()).as(status).isLessThan(deadline);
            news.await(version, Duration.ofSeconds(1));
        }
    }

    private static double grown(String meter, Map<String, Double> before, Map<String, Double> after) {
        return sample(meter, after) - sample(meter, before);
    }

    private static double sample(String meter, Map<String, Double> scrape) {
        return Objects.requireNonNull(scrape.get(meter), () -> meter + " is not among " + scrape.keySet());
    }

    /** All samples, by name and labels. */
    private Map<String, Double> scrape() {
        Http.Answer answer = http.get("/actuator/prometheus");
        assertThat(answer.status()).isEqualTo(200);
        Map<String, Double> samples = new HashMap<>();
        answer.response().body().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            samples.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
        return samples;
    }
}

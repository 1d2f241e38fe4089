package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.Scheduler;
import dev.dpo4j.Dpo4jApplication;
import dev.dpo4j.job.FakeTraining;
import dev.dpo4j.job.FakeTrainingConfiguration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** What callers and orchestrators see while a service that is told to stop waits for its job. */
@Timeout(120)
class StoppingTest {

    private static final long LONG_SECONDS = 60;

    @TempDir
    private Path home;

    @Test
    void theServiceAnswersUntilItsJobHasStoppedButIsNotReadyForMore() throws InterruptedException {
        CountDownLatch inStep2 = new CountDownLatch(1);
        List<Integer> whileStopping = new ArrayList<>();
        try (ConfigurableApplicationContext service = start()) {
            Http http = new Http(Integer.parseInt(service.getEnvironment().getRequiredProperty("local.server.port")));
            Scheduler scheduler = service.getBean(Scheduler.class);
            service.getBean(FakeTraining.class).beforeStep(step -> {
                if (step == 2) {
                    inStep2.countDown();
                    awaitShutdown(scheduler);
                    for (String path : List.of(
                            "/actuator/health/readiness", "/actuator/health/liveness", "/v1/fine_tuning/jobs")) {
                        whileStopping.add(http.get(path).status());
                    }
                }
            });
            http.postJson("/v1/datasets/mine/preferences", """
                    {"prompt": [1, 2], "chosen": [3], "rejected": [4]}""");
            assertThat(http.postJson("/v1/fine_tuning/jobs", """
                            {"model": "notebook", "training_file": "mine", "method": {"type": "dpo"}}""").status()).isEqualTo(200);
            assertThat(inStep2.await(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(whileStopping).containsExactly(503, 200, 200);
    }

    /** A phase's time is far shorter than what the job takes to stop: it must not cut that off. */
    private ConfigurableApplicationContext start() {
        return new SpringApplicationBuilder(Dpo4jApplication.class, FakeTrainingConfiguration.class)
                .run("--dpo4j.home=" + home, "--server.port=0", "--spring.lifecycle.timeout-per-shutdown-phase=1ms");
    }

    private static void awaitShutdown(Scheduler scheduler) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONG_SECONDS);
        while (!scheduler.getSchedulerState().isShuttingDown()) {
            assertThat(System.nanoTime()).as("no shutdown").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}

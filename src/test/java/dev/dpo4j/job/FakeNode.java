package dev.dpo4j.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.Dpo4jApplication;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** The service, in this JVM, with trainings that take no time; to be started as often as a test likes. */
record FakeNode(ConfigurableApplicationContext context) implements AutoCloseable {

    static final Duration LONG = Duration.ofSeconds(60);

    /**
     * Starts it on a free port.
     *
     * @param settings further properties, {@code name=value}
     */
    static FakeNode start(Path home, List<String> settings) {
        return start(home, Duration.ZERO, settings);
    }

    /** Starts it with a clock that is ahead of the machine's. */
    static FakeNode start(Path home, Duration ahead, List<String> settings) {
        return new FakeNode(new SpringApplicationBuilder(Dpo4jApplication.class, FakeTrainingConfiguration.class)
                .initializers(context -> ((GenericApplicationContext) context)
                        .registerBean(
                                "clockAhead",
                                Clock.class,
                                () -> Clock.offset(Clock.systemUTC(), ahead),
                                bean -> bean.setPrimary(true)))
                .run(Stream.concat(
                                Stream.of(
                                        "dpo4j.home=" + home,
                                        "server.port=0",
                                        "spring.jpa.hibernate.ddl-auto=validate"),
                                settings.stream())
                        .map(setting -> "--" + setting)
                        .toArray(String[]::new)));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    FakeTraining training() {
        return bean(FakeTraining.class);
    }

    String create(NewJob job) {
        return bean(JobService.class).create(job).id();
    }

    /** Waits until the job has ended for good. */
    Job awaitEnd(String id) throws InterruptedException {
        return await(id, JobStatus::terminal);
    }

    /** Waits until the job is in a state of some kind. */
    Job await(String id, Predicate<JobStatus> wanted) throws InterruptedException {
        JobService jobs = bean(JobService.class);
        JobNews news = bean(JobNews.class);
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            long version = news.version();
            Job job = jobs.get(id);
            if (wanted.test(job.status())) {
                return job;
            }
            assertThat(System.nanoTime()).as("not there yet: %s", job).isLessThan(deadline);
            news.await(version, Duration.ofSeconds(1));
        }
    }

    List<JobEvent> events(String id) {
        return bean(JobEvents.class).after(id, 0, 1000);
    }

    List<String> messages(String id) {
        return events(id).stream().map(JobEvent::message).toList();
    }

    /** The steps that were told. */
    List<Object> metricSteps(String id) {
        return events(id).stream()
                .filter(event -> event.type() == EventType.METRICS)
                .map(event -> Objects.requireNonNull(
                        Objects.requireNonNull(event.data()).get("step")))
                .toList();
    }

    @Override
    public void close() {
        context.close();
    }
}

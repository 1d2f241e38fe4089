package dev.dpo4j.job;

import dev.dpo4j.train.StepReport;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** What this node has done for jobs since its start. No meter is tagged with a job: their number has no end. */
@Component
class JobMetrics {

    private final MeterRegistry registry;
    private final Timer queued;
    private final Counter steps;
    private final Counter tokens;
    private final Timer stepTime;
    private final Counter referencesComputed;
    private final Counter referencesCached;
    private final Timer checkpointWrites;
    private final Timer standstills;
    private final DistributionSummary checkpointSizes;
    private final Counter damagedCheckpoints;
    private final Map<JobStatus, Counter> ended;

    JobMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.queued = Timer.builder("dpo4j.jobs.queue")
                .description("From a job's creation to its first running, validation included")
                .register(registry);
        this.steps = Counter.builder("dpo4j.training.steps")
                .description("Optimizer steps")
                .register(registry);
        this.tokens = Counter.builder("dpo4j.training.tokens")
                .description("Tokens trained on, the prompt once with each answer")
                .register(registry);
        this.stepTime = Timer.builder("dpo4j.training.step")
                .description("Time of an optimizer step, without validations and waits for checkpoints")
                .register(registry);
        this.referencesComputed = references(registry, "computed");
        this.referencesCached = references(registry, "cache");
        this.checkpointWrites = Timer.builder("dpo4j.checkpoints.write")
                .description("Time to make a checkpoint durable")
                .register(registry);
        this.standstills = Timer.builder("dpo4j.checkpoints.standstill")
                .description("Time a run waited for a checkpoint that was not durable when it had to be")
                .register(registry);
        this.checkpointSizes = DistributionSummary.builder("dpo4j.checkpoints.size")
                .baseUnit(BaseUnits.BYTES)
                .description("Size of the checkpoints written")
                .register(registry);
        this.damagedCheckpoints = Counter.builder("dpo4j.checkpoints.damaged")
                .description("Checkpoints whose stored bytes were not what had been written")
                .register(registry);
        this.ended = JobStatus.ENDED.stream()
                .collect(Collectors.toMap(
                        Function.identity(),
                        outcome -> Counter.builder("dpo4j.jobs.ended")
                                .tag("outcome", outcome.wireName())
                                .description("Jobs that ended here")
                                .register(registry),
                        (one, other) -> one,
                        () -> new EnumMap<>(JobStatus.class)));
    }

    private static Counter references(MeterRegistry registry, String source) {
        return Counter.builder("dpo4j.training.references")
                .tag("source", source)
                .description("Preferences that got their reference log-probabilities")
                .register(registry);
    }

    /** A job runs for the first time. */
    void waited(Duration sinceCreation) {
        // Below zero by the clock of a node that is behind that of the one which created the job.
        queued.record(sinceCreation.isNegative() ? Duration.ZERO : sinceCreation);
    }

    /** Steps were done; of several between two reports only their mean time is known. */
    void trained(StepReport.Work work) {
        steps.increment(work.steps());
        tokens.increment((double) work.tokens());
        Duration mean = Duration.ofNanos(Math.round(work.seconds() * 1e9 / work.steps()));
        for (int step = 0; step < work.steps(); step++) {
            stepTime.record(mean);
        }
    }

    /** Preferences got their reference log-probabilities: computed, or from the cache. */
    void reference(int computed, int cached) {
        referencesComputed.increment(computed);
        referencesCached.increment(cached);
    }

    /**
     * Times a checkpoint; one that fails leaves no trace.
     *
     * @param write writes it and returns its size in bytes
     */
    void checkpoint(LongSupplier write) {
        Timer.Sample began = Timer.start(registry);
        long bytes = write.getAsLong();
        began.stop(checkpointWrites);
        checkpointSizes.record((double) bytes);
    }

    /**
     * Times what a run waits for a checkpoint; one that fails leaves no trace.
     *
     * @param wait returns when the run goes on, and whether the checkpoint is durable
     * @return what it returned
     */
    boolean standstill(BooleanSupplier wait) {
        Timer.Sample began = Timer.start(registry);
        boolean durable = wait.getAsBoolean();
        began.stop(standstills);
        return durable;
    }

    void checkpointDamaged() {
        damagedCheckpoints.increment();
    }

    /** The transaction under way ends a job. */
    void endsAtCommit(JobStatus outcome) {
        Counter counter = ended.get(outcome);
        if (counter == null) {
            throw new IllegalArgumentException(outcome + " is no end");
        }
        AfterCommit.run(counter::increment);
    }
}

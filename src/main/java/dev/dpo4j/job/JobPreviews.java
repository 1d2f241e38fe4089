package dev.dpo4j.job;

import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.catalog.ModelLease;
import dev.dpo4j.dataset.DataInspection;
import dev.dpo4j.dataset.DataReport;
import dev.dpo4j.dataset.InvalidRowException;
import dev.dpo4j.dataset.PreferenceExample;
import dev.dpo4j.dataset.PreferenceFile;
import dev.dpo4j.dataset.PreferenceSource;
import dev.dpo4j.dataset.TokenizedPreference;
import dev.dpo4j.dataset.TrainingData;
import dev.dpo4j.dataset.Truncation;
import dev.dpo4j.llama.LlamaConfig;
import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.ComputeReport;
import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.train.Forecast;
import dev.dpo4j.train.MemoryPlan;
import dev.dpo4j.train.TokenizedData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Looks at jobs before there are any. Nothing is stored. */
@Service
public class JobPreviews {

    private final ModelCatalog catalog;
    private final PreferenceLoader loader;
    private final PreferenceSource source;
    private final MemoryPlanning planning;
    private final Compute compute;
    private final Clock clock;
    private final ReentrantLock oneAtATime = new ReentrantLock(true); // each holds all of its data's tokens

    JobPreviews(
            ModelCatalog catalog,
            PreferenceLoader loader,
            PreferenceSource source,
            MemoryPlanning planning,
            Compute compute,
            Clock clock) {
        this.catalog = catalog;
        this.loader = loader;
        this.source = source;
        this.planning = planning;
        this.compute = compute;
        this.clock = clock;
    }

    /**
     * A job's preview.
     *
     * @param shown which rows, by their numbers from 1
     * @throws dev.dpo4j.catalog.UnknownModelException if its model is not there
     * @throws dev.dpo4j.catalog.BrokenModelException if its model cannot be used
     * @throws dev.dpo4j.catalog.ModelMemoryException if there is no room for its model, perhaps only now
     */
    public JobPreview of(NewJob job, IntPredicate shown) {
        JobSpec spec = job.spec(JobIds.JOB, clock.instant());
        oneAtATime.lock();
        try (ModelLease lease = JobModel.lease(catalog, spec)) {
            LlamaConfig config = lease.model().config();
            Tokenizer tokenizer = catalog.tokenizer(lease.model().id()).orElse(null);
            RowRules rules = RowRules.of(spec, config, tokenizer);
            Inspected inspected = new Inspected(rules, shown);
            read(spec.trainingData(), inspected);
            DataReport validation = null;
            if (spec.validationData() != null) {
                Inspected ofValidation = new Inspected(rules, row -> false);
                read(spec.validationData(), ofValidation);
                validation = ofValidation.inspection.report();
            }
            return preview(spec, lease, inspected, validation);
        } finally {
            oneAtATime.unlock();
        }
    }

    private void read(TrainingData data, Inspected to) {
        try {
            source.read(data, to);
        } catch (IOException e) {
            throw new UncheckedIOException("The data of " + data.id() + " cannot be read", e);
        }
    }

    private JobPreview preview(JobSpec spec, ModelLease lease, Inspected inspected, @Nullable DataReport validation) {
        TokenizedData data;
        try {
            data = loader.load(spec, lease.model());
        } catch (TrainingFailedException e) {
            return new JobPreview(
                    spec, inspected.inspection.report(), inspected.rows, validation, null, null, null, null, e.error());
        }
        LlamaConfig config = lease.model().config();
        MemoryPlan memory = planning.plan(spec, config, data);
        JobError error = null;
        try {
            MemoryPlanning.requireFits(memory);
        } catch (TrainingFailedException e) {
            error = e.error();
        }
        Forecast forecast = Forecast.of(config, spec.hyperparameters(), data, memory.recomputedShare(config));
        double seconds = forecast.seconds(ComputeReport.of(compute).gigaflops());
        return new JobPreview(
                spec,
                inspected.inspection.report(),
                inspected.rows,
                validation,
                new JobPreview.Sizes(
                        data.training().size(), data.validation().size(), data.trainingCuts(), data.validationCuts()),
                memory,
                forecast,
                Duration.ofMillis(Math.round(seconds * 1000)),
                error);
    }

    /** Rows as they come. What the job could not use at all is told by its error. */
    private static final class Inspected implements PreferenceFile.RowHandler {

        private final RowRules rules;
        private final IntPredicate shown;
        private final DataInspection inspection;
        private final List<JobPreview.Row> rows = new ArrayList<>();

        Inspected(RowRules rules, IntPredicate shown) {
            this.rules = rules;
            this.shown = shown;
            this.inspection = new DataInspection(rules.special());
        }

        @Override
        public void row(int row, int line, PreferenceExample example) {
            try {
                List<PreferenceExample> examples = rules.examples(example);
                if (examples.isEmpty()) {
                    inspection.addWeightless(row);
                }
                for (PreferenceExample each : examples) {
                    TokenizedPreference whole = rules.tokenizer().tokenize(row, each);
                    Truncation fitted = fit(whole);
                    inspection.add(whole, rules.tokenizer().promptAlone(each).length, fitted);
                    if (shown.test(row)) {
                        rows.add(new JobPreview.Row(whole, fitted));
                    }
                }
            } catch (InvalidRowException e) {
                invalid(row, line, e);
            }
        }

        private @Nullable Truncation fit(TokenizedPreference whole) {
            try {
                return rules.fit(whole);
            } catch (InvalidRowException e) {
                return null;
            }
        }

        @Override
        public void invalid(int row, int line, InvalidRowException problem) {}
    }
}

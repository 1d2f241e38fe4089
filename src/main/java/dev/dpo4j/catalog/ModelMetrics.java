package dev.dpo4j.catalog;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.Locale;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** How often and how long weights are loaded, and what they take. */
@Component
class ModelMetrics {

    private final MeterRegistry registry;

    ModelMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Source source : Source.values()) {
            loads(source); // so that each is there, with 0, before the first load
        }
    }

    /** Shows what a cache of weights takes, and may take. */
    void watch(WeightCache cache) {
        Gauge.builder("dpo4j.models.weights", cache, WeightCache::bytes)
                .baseUnit(BaseUnits.BYTES)
                .description("Memory of the weights loaded; copies that jobs train are not among them")
                .register(registry);
        Gauge.builder("dpo4j.models.weights.limit", cache, WeightCache::budget)
                .baseUnit(BaseUnits.BYTES)
                .description("What the weights loaded may take together")
                .register(registry);
    }

    /** Times loads; one that fails leaves no trace. */
    <W> Supplier<W> timed(Source source, Supplier<W> load) {
        return () -> {
            Timer.Sample began = Timer.start(registry);
            W weights = load.get();
            began.stop(loads(source));
            return weights;
        };
    }

    private Timer loads(Source source) {
        return Timer.builder("dpo4j.models.load")
                .tag("kind", source.name().toLowerCase(Locale.ROOT))
                .description("Time to load a model's weights")
                .register(registry);
    }

    /** What is loaded. */
    enum Source {
        /** A folder's or a seeded model's weights. */
        BASE,
        /** All weights of a model that a job tuned. */
        TUNED,
        /** An adapter alone, a tuned model's or a folder's. */
        ADAPTER,
        /** An adapter folded into a copy of its base's weights; the time to load these two is in it, if they had to be. */
        MERGED
    }
}

package dev.dpo4j.catalog;

import dev.dpo4j.tensor.Compute;
import dev.dpo4j.tensor.NativeMemory;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The one machine that requests and jobs share. */
@Configuration(proxyBeanMethods = false)
class ComputeConfiguration {

    /** Everything that computes with a model does so here, in turns. */
    @Bean
    Compute compute(ComputeProperties properties) {
        Integer threads = properties.threads();
        return new Compute(threads == null ? Runtime.getRuntime().availableProcessors() : threads);
    }

    /** Weights and activations lie outside the heap, where the JVM's own figures do not see them. */
    @Bean
    MeterBinder residentMemory() {
        return registry -> Gauge.builder("dpo4j.memory.resident", NativeMemory::residentBytes)
                .baseUnit(BaseUnits.BYTES)
                .description("Physical memory that the process has to itself: heap, weights, activations and all else")
                .register(registry);
    }
}

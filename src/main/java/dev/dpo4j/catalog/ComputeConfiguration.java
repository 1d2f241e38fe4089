package dev.dpo4j.catalog;

import dev.dpo4j.tensor.Compute;
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
}

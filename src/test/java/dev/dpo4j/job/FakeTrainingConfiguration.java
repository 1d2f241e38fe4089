package dev.dpo4j.job;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** Jobs with a training that takes no time and a catalog that only remembers. */
@TestConfiguration(proxyBeanMethods = false)
public class FakeTrainingConfiguration {

    @Bean
    @Primary
    FakeTraining fakeTraining() {
        return new FakeTraining();
    }

    @Bean
    @Primary
    Registry registry() {
        return new Registry();
    }

    /** The tuned models registered so far, by id. */
    static final class Registry implements TunedModels {

        private final Map<String, TunedModel> models = Collections.synchronizedMap(new LinkedHashMap<>());

        @Override
        public void register(TunedModel model) {
            models.put(model.id(), model);
        }

        Map<String, TunedModel> models() {
            return models;
        }
    }
}

package dev.dpo4j.job;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** Jobs with a training that takes no time. */
@TestConfiguration(proxyBeanMethods = false)
public class FakeTrainingConfiguration {

    @Bean
    @Primary
    FakeTraining fakeTraining() {
        return new FakeTraining();
    }
}

package dev.dpo4j.job;

import dev.dpo4j.Dpo4jApplication;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.springframework.boot.test.context.SpringBootTest;

/** The service without a port and without the scheduler: a test runs jobs itself, when and as often as it likes. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("persistence")
@SpringBootTest(
        classes = {Dpo4jApplication.class, FakeTrainingConfiguration.class},
        properties = {
            "dpo4j.home=target/test-homes/${random.uuid}",
            "spring.jpa.hibernate.ddl-auto=validate",
            "dpo4j.jobs.enabled=false",
            "spring.datasource.url=jdbc:h2:mem:jobs;DB_CLOSE_DELAY=-1"
        })
@interface JobTest {}

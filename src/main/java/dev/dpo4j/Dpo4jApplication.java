package dev.dpo4j;

import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/** Starts the service. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Dpo4jApplication {

    /** Runs the service until it is told to stop. */
    public static void main(String[] args) {
        SpringApplication.run(Dpo4jApplication.class, args);
    }

    /** The only source of time. */
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}

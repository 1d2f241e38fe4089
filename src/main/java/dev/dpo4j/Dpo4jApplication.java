package dev.dpo4j;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the service. */
@SpringBootApplication
public class Dpo4jApplication {

    /** Runs the service until it is told to stop. */
    public static void main(String[] args) {
        SpringApplication.run(Dpo4jApplication.class, args);
    }
}

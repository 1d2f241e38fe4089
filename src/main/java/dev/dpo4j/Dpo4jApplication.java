package dev.dpo4j;

import dev.dpo4j.move.DatabaseCommand;
import dev.dpo4j.tensor.Compute;
import java.time.Clock;
import java.util.OptionalInt;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the service. */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class Dpo4jApplication {

    private static final String NATIVE_MEMORY_LIMIT = "org.bytedeco.javacpp.maxbytes";

    /** Runs the service until it is told to stop, or the one command that the arguments name. */
    public static void main(String[] args) {
        OptionalInt exitStatus = DatabaseCommand.run(args);
        if (exitStatus.isPresent()) {
            System.exit(exitStatus.getAsInt());
        }
        liftLimitOfNativeMemory();
        SpringApplication application = new SpringApplication(Dpo4jApplication.class);
        // As soon as the home folder, to which they are unpacked, is known.
        application.addInitializers(context -> Compute.loadInBackground());
        application.run(args);
    }

    /** JavaCPP, under ND4J, would refuse native memory beyond the size of the heap; the models live outside of it. */
    private static void liftLimitOfNativeMemory() {
        if (System.getProperty(NATIVE_MEMORY_LIMIT) == null) {
            System.setProperty(NATIVE_MEMORY_LIMIT, "0");
        }
    }

    /** The only source of time. */
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}

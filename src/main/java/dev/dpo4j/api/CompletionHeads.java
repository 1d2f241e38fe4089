package dev.dpo4j.api;

import dev.dpo4j.digest.Sha256;
import dev.dpo4j.tensor.Compute;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Makes the heads of answers. */
@Component
class CompletionHeads {

    private static final int FINGERPRINT_DIGITS = 10;

    private final Clock clock;
    private final String fingerprint;

    CompletionHeads(Clock clock, Compute compute) {
        this.clock = clock;
        this.fingerprint = fingerprint(compute.fingerprint());
    }

    /**
     * A new answer's head.
     *
     * @param prefix of its id, as OpenAI has it
     */
    CompletionHead next(String prefix, String model) {
        return new CompletionHead(
                prefix + UUID.randomUUID().toString().replace("-", ""),
                clock.instant().getEpochSecond(),
                model,
                fingerprint);
    }

    private static String fingerprint(String machine) {
        return "fp_" + Sha256.of(machine.getBytes(StandardCharsets.UTF_8)).substring(0, FINGERPRINT_DIGITS);
    }
}

package violations.dataset;

import java.time.Instant;

/** Imitates a file that dates itself. */
public class AsksTheSystemClock {

    Instant created() {
        return Instant.now();
    }
}

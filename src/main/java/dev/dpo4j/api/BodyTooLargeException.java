package dev.dpo4j.api;

import java.io.IOException;
import org.springframework.util.unit.DataSize;

/** More was sent than a JSON body may have. */
class BodyTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    BodyTooLargeException(DataSize limit) {
        super("The body is larger than the %d MB a JSON body may have. Send less at once, or upload a file."
                .formatted(limit.toMegabytes()));
    }
}

package dev.dpo4j.api;

import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Whether the service is being stopped. It is known here before anything else is stopped: the web server then waits for its open
 * requests, and those that compute must not let it.
 */
@Component
class ServiceEnd {

    private final ApplicationContext service;
    private volatile boolean begun;

    ServiceEnd(ApplicationContext service) {
        this.service = service;
    }

    @EventListener
    void closed(ContextClosedEvent event) {
        if (event.getApplicationContext().equals(service)) {
            begun = true;
        }
    }

    /** @throws ApiException (503) if the service is being stopped */
    void requireNotBegun() {
        if (begun) {
            throw unavailable();
        }
    }

    static ApiException unavailable() {
        return new ApiException(
                HttpStatus.SERVICE_UNAVAILABLE,
                ProblemCode.UNAVAILABLE,
                null,
                "The service is being stopped. Try again when it is back.");
    }
}

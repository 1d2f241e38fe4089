package dev.dpo4j.job;

import org.springframework.stereotype.Component;

/** Whether the service has begun to stop: nobody starts to wait for anything any more. */
@Component
class ServiceStop {

    private volatile boolean begun;

    boolean begun() {
        return begun;
    }

    void begin() {
        begun = true;
    }
}

package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.http.HttpStatus;

class ServiceEndTest {

    /** Stopped first of all that is stopped, as the scheduler of jobs and the web server's wait for its requests are. */
    static final class First implements SmartLifecycle {

        private final List<@Nullable ApiException> seen = new ArrayList<>();
        private final ServiceEnd end;
        private boolean running;

        First(ServiceEnd end) {
            this.end = end;
        }

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            seen.add(catchThrowableOfType(ApiException.class, end::requireNotBegun));
            running = false;
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }

    @Test
    void itIsKnownBeforeAnythingIsStopped() {
        First first;
        try (var service = new AnnotationConfigApplicationContext(ServiceEnd.class, First.class)) {
            first = service.getBean(First.class);
            assertThatCode(service.getBean(ServiceEnd.class)::requireNotBegun).doesNotThrowAnyException();
        }
        assertThat(first.seen)
                .singleElement()
                .satisfies(refusal -> assertThat(refusal)
                        .isNotNull()
                        .extracting(ApiException::status)
                        .isEqualTo(HttpStatus.SERVICE_UNAVAILABLE));
    }

    @Test
    void theEndOfAPartOfTheServiceIsNotItsEnd() {
        try (var service = new AnnotationConfigApplicationContext(ServiceEnd.class)) {
            try (var part = new AnnotationConfigApplicationContext()) {
                part.setParent(service);
                part.refresh();
            }
            assertThatCode(service.getBean(ServiceEnd.class)::requireNotBegun).doesNotThrowAnyException();
        }
    }
}

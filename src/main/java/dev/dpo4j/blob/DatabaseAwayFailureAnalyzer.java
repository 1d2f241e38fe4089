package dev.dpo4j.blob;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;

/** Says in two sentences that the service did not start because its database cannot be reached, instead of a stack trace. */
class DatabaseAwayFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> {

    private final Environment environment;

    DatabaseAwayFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
        if (!DatabaseAway.isBehind(rootFailure)) {
            return null;
        }
        // A password may stand behind the question mark.
        String url = environment.getProperty("spring.datasource.url", "").replaceFirst("[?;].*", "");
        String reason = NestedExceptionUtils.getMostSpecificCause(cause).getMessage();
        return new FailureAnalysis(
                "The database %s cannot be reached: %s".formatted(url, reason),
                "Start the database first, or put SPRING_DATASOURCE_URL right. The service does not wait for it at its start.",
                rootFailure);
    }
}

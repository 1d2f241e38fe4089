package dev.dpo4j.api;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in one sentence why the service did not start, instead of a stack trace. */
class UnprotectedServiceFailureAnalyzer extends AbstractFailureAnalyzer<UnprotectedServiceException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnprotectedServiceException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Set dpo4j.security.api-keys (DPO4J_SECURITY_APIKEYS), or server.address to 127.0.0.1.",
                cause);
    }
}

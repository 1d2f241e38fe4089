package dev.dpo4j.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Answers that fail when their beginning has been sent, such as a download whose blob turns out to be damaged. It is too late for a
 * {@link Problem}; {@link ProblemReportValve} breaks the connection off, or the client would take what it got for the whole.
 */
@Component
class CutShortAnswers implements HandlerExceptionResolver, Ordered {

    /** The request attribute with the reason. */
    static final String FAILURE = CutShortAnswers.class.getName() + ".FAILURE";

    private static final Logger log = LoggerFactory.getLogger(CutShortAnswers.class);

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        if (!response.isCommitted()) {
            return null;
        }
        if (DisconnectedClientHelper.isClientDisconnectedException(failure)) {
            log.debug("The client did not wait for the whole answer", failure);
        } else {
            log.error("{} {} failed after its answer had begun", request.getMethod(), request.getRequestURI(), failure);
        }
        request.setAttribute(FAILURE, failure);
        return new ModelAndView();
    }

    /** Before all that would make an answer of the failure. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}

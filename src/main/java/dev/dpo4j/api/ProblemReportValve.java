package dev.dpo4j.api;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * The container's own error page, for requests too broken to reach any servlet: a problem like all others, not HTML. And the end of
 * answers that were cut short: the connection is closed without what ends an answer in HTTP.
 */
public class ProblemReportValve extends ErrorReportValve {

    private static final Logger log = LoggerFactory.getLogger(ProblemReportValve.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        super.invoke(request, response);
        Object failure = request.getAttribute(CutShortAnswers.FAILURE);
        if (failure != null) {
            response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, failure);
        }
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String message = status < 500
                ? "The request is not valid HTTP, or its path or query is not encoded as it must be."
                : "Something went wrong inside the service.";
        Problem problem = ProblemResponses.problem(
                HttpStatusCode.valueOf(status),
                status < 500 ? ProblemCode.INVALID_REQUEST : ProblemCode.INTERNAL_ERROR,
                null,
                message,
                List.of(),
                String.valueOf(request.getRequestURI()));
        try {
            if (response.getHeader(RequestIdFilter.HEADER) == null) {
                response.setHeader(
                        RequestIdFilter.HEADER,
                        "req_" + UUID.randomUUID().toString().replace("-", ""));
            }
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.getOutputStream().write(JSON.writeValueAsString(problem).getBytes(StandardCharsets.UTF_8));
            response.finishResponse();
        } catch (IOException e) {
            log.debug("The client did not wait for the answer", e);
        }
    }
}

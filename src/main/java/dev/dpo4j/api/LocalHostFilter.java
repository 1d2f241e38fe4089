package dev.dpo4j.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Where no keys are configured, refuses what a web page of somebody else may send through the user's browser: requests to another
 * host name that was made to point here, and requests from another origin.
 */
@Component
@Order(FilterOrder.LOCAL_HOST)
class LocalHostFilter extends OncePerRequestFilter {

    private static final Pattern LOCAL =
            Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?(::1|0:0:0:0:0:0:0:1)]?", Pattern.CASE_INSENSITIVE);

    private final boolean open;
    private final ProblemResponses problems;

    LocalHostFilter(SecurityProperties security, ProblemResponses problems) {
        this.open = security.apiKeys().isEmpty();
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!open || (isLocal(request.getServerName()) && isLocalOrigin(request.getHeader(HttpHeaders.ORIGIN)))) {
            chain.doFilter(request, response);
            return;
        }
        problems.write(
                request,
                response,
                HttpStatus.FORBIDDEN,
                ProblemCode.HOST_NOT_ALLOWED,
                "Without API keys the service answers only to its own machine: call it as localhost or 127.0.0.1,"
                        + " or configure dpo4j.security.api-keys.");
    }

    private static boolean isLocal(@Nullable String host) {
        return host != null && LOCAL.matcher(host).matches();
    }

    private static boolean isLocalOrigin(@Nullable String origin) {
        if (origin == null) {
            return true;
        }
        try {
            return isLocal(URI.create(origin).getHost());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}

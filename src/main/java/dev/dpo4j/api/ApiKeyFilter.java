package dev.dpo4j.api;

import dev.dpo4j.digest.Sha256;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Where keys are configured, lets only calls pass that carry one of them as {@code Authorization: Bearer}; and health probes. */
@Component
@Order(FilterOrder.API_KEY)
class ApiKeyFilter extends OncePerRequestFilter {

    private static final String SCHEME = "Bearer ";
    private static final List<String> DOCUMENTATION =
            List.of("/docs/", "/swagger-ui/", "/swagger-ui.html", "/v3/api-docs");

    private final List<byte[]> hashes;
    private final ProblemResponses problems;

    ApiKeyFilter(SecurityProperties security, ProblemResponses problems) {
        this.hashes = security.apiKeys().stream().map(ApiKeyFilter::sha256).toList();
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (hashes.isEmpty()
                || isHealth(request)
                || isDocumentation(request)
                || isKnown(request.getHeader(HttpHeaders.AUTHORIZATION))) {
            chain.doFilter(request, response);
            return;
        }
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        problems.write(
                request,
                response,
                HttpStatus.UNAUTHORIZED,
                ProblemCode.INVALID_API_KEY,
                "A valid API key is required. Send it as \"Authorization: Bearer <key>\".");
    }

    private static boolean isHealth(HttpServletRequest request) {
        String path = request.getRequestURI();
        return path.equals("/actuator/health")
                || path.equals("/actuator/health/liveness")
                || path.equals("/actuator/health/readiness");
    }

    /** A browser sends no key with an address; the pages hold nobody's data, and Swagger UI asks for the key. */
    private static boolean isDocumentation(HttpServletRequest request) {
        String path = request.getRequestURI();
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        // A path that leads elsewhere, by dots, parameters or escapes, is not the one that the container has made of
        // it.
        return reads
                && path.equals(request.getServletPath())
                && DOCUMENTATION.stream().anyMatch(path::startsWith);
    }

    private boolean isKnown(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        byte[] hash = sha256(authorization.substring(SCHEME.length()).strip());
        // Hashes of equal length, compared in constant time, and every key every time: how long it takes tells nothing.
        boolean known = false;
        for (byte[] key : hashes) {
            known |= MessageDigest.isEqual(key, hash);
        }
        return known;
    }

    private static byte[] sha256(String key) {
        return Sha256.digest().digest(key.getBytes(StandardCharsets.UTF_8));
    }
}

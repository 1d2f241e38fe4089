package dev.dpo4j.api;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers for what fails outside Spring MVC: in the container, or in a filter. */
@Hidden
@RestController
class ErrorEndpoint implements ErrorController {

    @RequestMapping("/error")
    ResponseEntity<Object> error(HttpServletRequest request) {
        HttpStatus status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code
                ? HttpStatus.valueOf(code)
                : HttpStatus.NOT_FOUND;
        String path = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String uri
                ? uri
                : request.getRequestURI();
        return ProblemResponses.of(
                status,
                status.is5xxServerError() ? ProblemCode.INTERNAL_ERROR : ProblemCode.INVALID_REQUEST,
                null,
                status.is5xxServerError()
                        ? "Something went wrong inside the service. Its log has the reason under this answer's x-request-id."
                        : "The request cannot be served: " + status.getReasonPhrase() + ".",
                List.of(),
                path,
                new HttpHeaders());
    }
}

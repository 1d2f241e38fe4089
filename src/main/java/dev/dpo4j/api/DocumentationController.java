package dev.dpo4j.api;

import io.swagger.v3.oas.annotations.Hidden;
import java.nio.charset.StandardCharsets;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The documentation in a browser, for the descriptions of the API to link to. */
@Hidden
@RestController
class DocumentationController implements WebMvcConfigurer {

    private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);

    private final Documentation documentation;

    DocumentationController(Documentation documentation) {
        this.documentation = documentation;
    }

    @GetMapping("/docs/{page:[a-z]+}")
    ResponseEntity<String> page(@PathVariable String page) {
        return documentation
                .page(page)
                .map(found -> ResponseEntity.ok().contentType(HTML).body(found.html()))
                .orElseThrow(() -> ApiException.notFound(
                        ProblemCode.PAGE_NOT_FOUND,
                        null,
                        "There is no page \"%s\", but %s.".formatted(page, String.join(", ", Documentation.NAMES))));
    }

    /** Pictures and examples that pages show and link to. */
    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/docs/**").addResourceLocations("classpath:/" + Documentation.FOLDER);
    }
}

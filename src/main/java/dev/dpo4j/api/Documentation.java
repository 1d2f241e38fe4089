package dev.dpo4j.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/** The pages of {@code docs}, which come with the service. */
@Component
class Documentation {

    /** Where they, and the pictures and files that they show, lie on the class path. */
    static final String FOLDER = "documentation/";

    /** The pages' names, which are their files' without {@code .md}. */
    static final List<String> NAMES = List.of("losses", "training", "metrics", "data", "operations", "errors");

    private final Map<String, DocumentationPage> rendered = new ConcurrentHashMap<>();

    /** A page; empty: there is none of this name. */
    Optional<DocumentationPage> page(String name) {
        return NAMES.contains(name)
                ? Optional.of(rendered.computeIfAbsent(name, Documentation::render))
                : Optional.empty();
    }

    private static DocumentationPage render(String name) {
        String navigation = NAMES.stream()
                .map(page -> "<a href=\"%s\">%s</a>".formatted(page, page))
                .collect(Collectors.joining());
        try {
            String markdown = new ClassPathResource(FOLDER + name + ".md").getContentAsString(StandardCharsets.UTF_8);
            return DocumentationPage.of(name, markdown, navigation);
        } catch (IOException e) {
            throw new UncheckedIOException("The page " + name + " of the documentation cannot be read", e);
        }
    }
}

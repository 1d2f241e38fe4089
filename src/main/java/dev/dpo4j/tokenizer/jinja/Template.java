package dev.dpo4j.tokenizer.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;

/** A parsed template; immutable, to be rendered by any number of threads. */
public final class Template {

    private final List<Statement> body;

    private Template(List<Statement> body) {
        this.body = body;
    }

    /**
     * Parses a template.
     *
     * @throws JinjaException with the line of what is malformed or not supported
     */
    public static Template parse(String source) {
        return new Template(TemplateParser.parse(source));
    }

    /**
     * Renders it.
     *
     * @param variables strings, booleans, integers, lists and maps of them; {@link #none()} for None
     * @param clock what {@code strftime_now} tells the time by
     * @throws JinjaException with the line of what failed, is not supported, or refused its input
     */
    public String render(Map<String, Object> variables, Clock clock) {
        return new Renderer().render(body, Renderer.variables(variables, Functions.globals(clock)));
    }

    /** Python's None. */
    public static Object none() {
        return None.NONE;
    }
}

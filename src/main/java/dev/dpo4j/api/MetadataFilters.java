package dev.dpo4j.api;

import dev.dpo4j.job.JobFilter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** OpenAI's {@code metadata[name]=value} query parameters, read by hand: Spring's binder stumbles over odd names. */
final class MetadataFilters {

    private static final String NAME = "metadata";
    private static final Pattern LABEL = Pattern.compile("metadata\\[(.+)]", Pattern.DOTALL);

    private MetadataFilters() {}

    /**
     * The filter that a query asks for.
     *
     * @throws ApiException when something that looks like a filter is none
     */
    static JobFilter of(Map<String, String[]> parameters) {
        Map<String, String> labels = new LinkedHashMap<>();
        boolean none = false;
        for (var parameter : parameters.entrySet()) {
            String name = parameter.getKey();
            Matcher label = LABEL.matcher(name);
            if (label.matches()) {
                labels.put(label.group(1), single(name, parameter.getValue()));
            } else if (name.equals(NAME) && single(name, parameter.getValue()).equals("null")) {
                none = true;
            } else if (name.startsWith(NAME)) {
                throw invalid(name, "is no filter: write metadata[name]=value, or metadata=null");
            }
        }
        if (none && !labels.isEmpty()) {
            throw invalid(NAME, "cannot be null and have labels at once");
        }
        return new JobFilter(labels, none);
    }

    private static String single(String name, String[] values) {
        if (values.length != 1) {
            throw invalid(name, "is given more than once");
        }
        return values[0];
    }

    private static ApiException invalid(String name, String reason) {
        return ApiException.badRequest(ProblemCode.INVALID_VALUE, null, name + " " + reason);
    }
}

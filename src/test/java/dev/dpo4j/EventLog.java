package dev.dpo4j;

import dev.dpo4j.api.Http;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A job's events as the list endpoint tells them. */
final class EventLog {

    private EventLog() {}

    /** All of them, page by page. */
    static List<ShownEvent> oldestFirst(Http http, String jobId) {
        List<ShownEvent> newestFirst = new ArrayList<>();
        String after = "";
        boolean more = true;
        while (more) {
            JsonNode page = http.get("/v1/fine_tuning/jobs/" + jobId + "/events?limit=100" + after)
                    .json();
            for (JsonNode event : page.get("data")) {
                String id = event.get("id").asString();
                newestFirst.add(new ShownEvent(Long.parseLong(id.substring(id.lastIndexOf('-') + 1)), event));
                after = "&after=" + id;
            }
            more = page.get("has_more").asBoolean();
        }
        return newestFirst.reversed();
    }
}

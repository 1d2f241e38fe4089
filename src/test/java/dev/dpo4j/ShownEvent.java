package dev.dpo4j;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job's event as a client saw it.
 *
 * @param sequence the stream's id of it
 * @param json the event
 */
record ShownEvent(long sequence, JsonNode json) {

    String message() {
        return json.get("message").asString();
    }

    boolean ofStep(int step) {
        return json.get("type").asString().equals("metrics")
                && json.at("/data/step").asInt() == step;
    }

    /** What it says, without what may differ between two runs of the same job: ids, times and speed. */
    String substance(String jobId) {
        ObjectNode data = json.get("data") instanceof ObjectNode figures ? figures.deepCopy() : null;
        if (data != null) {
            data.remove("tokens_per_second");
        }
        String job = jobId.substring("ftjob-".length());
        return json.get("level").asString() + " " + json.get("type").asString() + " "
                + message().replace(job, "<job>") + " " + data;
    }
}

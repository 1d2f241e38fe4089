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

    private static final String FROM_THE_CACHE = ", [0-9]+ from the cache$";

    String message() {
        return json.get("message").asString();
    }

    boolean ofStep(int step) {
        return json.get("type").asString().equals("metrics")
                && json.at("/data/step").asInt() == step;
    }

    /**
     * What it says, without what may differ between two runs of the same job: ids, times, speed, and how much of its reference's
     * log-probabilities an earlier run had computed.
     */
    String substance(String jobId) {
        ObjectNode data = json.get("data") instanceof ObjectNode figures ? figures.deepCopy() : null;
        if (data != null) {
            data.remove("tokens_per_second");
        }
        String job = jobId.substring("ftjob-".length());
        return json.get("level").asString() + " " + json.get("type").asString() + " "
                + message().replace(job, "<job>").replaceFirst(FROM_THE_CACHE, "") + " " + data;
    }
}

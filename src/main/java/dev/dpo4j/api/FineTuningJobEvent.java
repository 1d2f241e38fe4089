package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.dpo4j.job.JobEvent;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event as OpenAI's clients read it. */
@Schema(name = "FineTuningJobEvent", description = "Something that happened to a job, as in OpenAI's API.")
@JsonInclude(JsonInclude.Include.ALWAYS)
record FineTuningJobEvent(
        @Schema(example = "fine_tuning.job.event") String object,
        String id,
        long createdAt,
        @Schema(allowableValues = {"info", "warn", "error"}) String level,
        String message,
        @Schema(allowableValues = {"message", "metrics"}) String type,
        @Nullable Map<String, Object> data) {

    private static final String OBJECT = "fine_tuning.job.event";

    static FineTuningJobEvent of(JobEvent event) {
        return new FineTuningJobEvent(
                OBJECT,
                event.id(),
                event.createdAt().getEpochSecond(),
                event.level().name().toLowerCase(Locale.ROOT),
                event.message(),
                event.type().name().toLowerCase(Locale.ROOT),
                event.data());
    }
}

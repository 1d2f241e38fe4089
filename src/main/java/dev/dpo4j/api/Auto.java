package dev.dpo4j.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;

/** The word that leaves a choice to the service; for the published contract. */
@Schema(description = "Leaves the choice to the service.")
enum Auto {
    @JsonProperty("auto")
    AUTO;

    static final String WORD = "auto";
}

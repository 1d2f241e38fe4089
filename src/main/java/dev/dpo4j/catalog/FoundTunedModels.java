package dev.dpo4j.catalog;

import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** What jobs made, by its id: finished models and checkpoints. */
@Component
class FoundTunedModels {

    private final TunedModelRows finished;
    private final ObjectProvider<CheckpointModels> checkpoints;

    FoundTunedModels(TunedModelRows finished, ObjectProvider<CheckpointModels> checkpoints) {
        this.finished = finished;
        this.checkpoints = checkpoints;
    }

    Optional<TunedModel> find(String id) {
        return finished.findById(id).map(TunedModelRow::toModel).or(() -> checkpoint(id));
    }

    /** The model of that id, if it is a checkpoint. */
    Optional<TunedModel> checkpoint(String id) {
        return checkpoints.stream().flatMap(of -> of.find(id).stream()).findFirst();
    }
}

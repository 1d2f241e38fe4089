package dev.dpo4j.api;

import dev.dpo4j.catalog.ModelCatalog;
import dev.dpo4j.catalog.ModelEntry;
import dev.dpo4j.dataset.PreferenceSource;
import dev.dpo4j.dataset.TrainingData;
import dev.dpo4j.dataset.UnknownTrainingDataException;
import dev.dpo4j.dataset.UnusableTrainingDataException;
import dev.dpo4j.job.NewJob;
import dev.dpo4j.train.Hyperparameters;
import java.security.SecureRandom;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** From a request to the job that it asks for: its model and data found, all defaults filled in, all of it checked. */
@Component
class JobRequests {

    private final ModelCatalog catalog;
    private final PreferenceSource preferences;
    private final SecureRandom seeds = new SecureRandom();

    JobRequests(ModelCatalog catalog, PreferenceSource preferences) {
        this.catalog = catalog;
        this.preferences = preferences;
    }

    /** @throws ApiException when there can be no such job, naming the field */
    NewJob newJob(CreateFineTuningJobRequest request) {
        int seed = request.seed() == null ? seeds.nextInt(Integer.MAX_VALUE) : request.seed();
        ModelEntry model = usable(request.model());
        TrainingData training = data("training_file", request.trainingFile());
        Hyperparameters hyperparameters = DpoDefaults.resolve(request.givenHyperparameters(), model, seed);
        EvaluationDefaults.check(hyperparameters, request.validationFile() != null, training.rows());
        return new NewJob(
                model.id(),
                training,
                request.validationFile() == null ? null : data("validation_file", request.validationFile()),
                request.suffix(),
                request.metadata() == null ? Map.of() : request.metadata(),
                hyperparameters);
    }

    private ModelEntry usable(String model) {
        ModelEntry entry = catalog.entry(model);
        String error = entry.error();
        if (error != null) {
            throw new ApiException(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    ProblemCode.MODEL_UNUSABLE,
                    "model",
                    "The model '%s' cannot be trained: %s".formatted(model, error));
        }
        if (catalog.isCheckpoint(model)) {
            throw new ApiException(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    ProblemCode.MODEL_UNUSABLE,
                    "model",
                    "The model '%s' cannot be trained: it is a checkpoint, and its job removes it when it keeps newer ones. Train the job's model, or download the checkpoint into the models directory."
                            .formatted(model));
        }
        return entry;
    }

    private TrainingData data(String field, String fileIdOrDatasetName) {
        try {
            return preferences.resolve(fileIdOrDatasetName);
        } catch (UnknownTrainingDataException e) {
            throw ApiException.notFound(ProblemCode.FILE_NOT_FOUND, field, String.valueOf(e.getMessage()));
        } catch (UnusableTrainingDataException e) {
            throw ApiException.badRequest(ProblemCode.INVALID_FILE, field, String.valueOf(e.getMessage()));
        }
    }
}

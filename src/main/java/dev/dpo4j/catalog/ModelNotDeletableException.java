package dev.dpo4j.catalog;

/** The model is not the service's to delete. */
public final class ModelNotDeletableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ModelNotDeletableException(String id, ModelKind kind) {
        super("The model \"" + id + "\" cannot be deleted here: "
                + switch (kind) {
                    case FOLDER -> "it is a folder of the models directory, which this service only reads";
                    case SEEDED -> "it is built in or declared in the service's configuration";
                    case TUNED -> "it is a checkpoint, which goes with its job's model";
                });
    }
}

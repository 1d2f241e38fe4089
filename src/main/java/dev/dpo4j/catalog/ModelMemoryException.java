package dev.dpo4j.catalog;

/** A model does not fit into the memory budget beside those in use. */
public final class ModelMemoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean temporary;

    private ModelMemoryException(String message, boolean temporary) {
        super(message);
        this.temporary = temporary;
    }

    static ModelMemoryException never(String id, long bytes, long budget) {
        return new ModelMemoryException(
                "The model \"%s\" needs %d MB at once, more than the whole memory budget of %d MB: raise dpo4j.models.memory-budget"
                        .formatted(id, bytes >> 20, budget >> 20),
                false);
    }

    static ModelMemoryException notNow(String id, long bytes, long used, long budget) {
        return new ModelMemoryException(
                "The model \"%s\" needs %d MB, but running jobs and requests hold %d of the budget's %d MB: try again when they are done, or raise dpo4j.models.memory-budget"
                        .formatted(id, bytes >> 20, used >> 20, budget >> 20),
                true);
    }

    /** Whether trying again later can help. */
    public boolean temporary() {
        return temporary;
    }
}

package dev.dpo4j.dataset;

/** A file cannot be removed, because something still reads it. */
public final class FileInUseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FileInUseException(String id) {
        super("The file '" + id + "' is used by a job that has not ended. Cancel the job, or wait for its end.");
    }
}

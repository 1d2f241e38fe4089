package dev.dpo4j.dataset;

/** Something that reads uploaded files for longer than one call, such as a job. */
public interface FileUser {

    /** Whether this file must stay for now. */
    boolean uses(String fileId);
}

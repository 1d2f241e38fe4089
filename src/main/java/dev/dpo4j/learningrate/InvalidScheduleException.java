package dev.dpo4j.learningrate;

/** A schedule's option is missing, has no meaning, or none beside the others. */
public final class InvalidScheduleException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final String option;

    /**
     * @param option its name on the wire
     * @param reason what is wrong with it; follows the name
     */
    InvalidScheduleException(String option, String reason) {
        super(option + " " + reason);
        this.option = option;
    }

    static void unless(boolean valid, String option, String reason) {
        if (!valid) {
            throw new InvalidScheduleException(option, reason);
        }
    }

    /** The option's name on the wire. */
    public String option() {
        return option;
    }
}

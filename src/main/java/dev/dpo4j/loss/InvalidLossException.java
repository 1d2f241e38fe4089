package dev.dpo4j.loss;

/** A loss's parameter has no meaning, or none beside the others. */
public final class InvalidLossException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final String parameter;

    /**
     * @param parameter its name on the wire
     * @param reason what is wrong with it; follows the name
     */
    InvalidLossException(String parameter, String reason) {
        super(parameter + " " + reason);
        this.parameter = parameter;
    }

    /** The parameter's name on the wire. */
    public String parameter() {
        return parameter;
    }
}

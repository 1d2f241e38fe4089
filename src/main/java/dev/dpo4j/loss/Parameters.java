package dev.dpo4j.loss;

/** What a loss asks of its parameters, by their names on the wire. */
final class Parameters {

    private Parameters() {}

    static void requirePositive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new InvalidLossException(name, "must be a positive number, not " + value);
        }
    }

    static void requireNotNegative(String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new InvalidLossException(name, "must be 0 or more, not " + value);
        }
    }

    static void requireFromZeroToBelow(String name, double value, double limit) {
        if (!(value >= 0 && value < limit)) {
            throw new InvalidLossException(name, "must be from 0 to below " + limit + ", not " + value);
        }
    }

    static void requireInRange(String name, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new InvalidLossException(name, "must be from " + least + " to " + most + ", not " + value);
        }
    }
}

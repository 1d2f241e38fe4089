package dev.dpo4j.train;

/**
 * How many of some things, as transformers and sklearn let one say it: a whole number of them or, below 1, their share.
 *
 * @param value over 0, and whole unless below 1
 */
public record Amount(double value) {

    /** Checks. */
    public Amount {
        if (!valid(value)) {
            throw new IllegalArgumentException("An amount is a whole number or a share below 1, not " + value);
        }
    }

    /** Whether the value is over 0, and whole unless below 1. */
    public static boolean valid(double value) {
        return value > 0 && (value < 1 || (value == Math.rint(value) && value <= Integer.MAX_VALUE));
    }

    /** The amount of so many, a share rounded up. */
    public int of(int all) {
        return share() ? (int) Math.ceil(value * all) : (int) value;
    }

    /** Whether it is a share. */
    public boolean share() {
        return value < 1;
    }

    /** As it is written: {@code 10}, {@code 0.25}. */
    public Number number() {
        return share() ? (Number) value : (Number) (int) value;
    }

    @Override
    public String toString() {
        return number().toString();
    }
}

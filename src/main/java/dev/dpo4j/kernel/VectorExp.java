package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Vectors.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link Exp}, a vector at a time. */
final class VectorExp {

    private VectorExp() {}

    /** {@link Exp#normal} */
    static FloatVector normal(FloatVector x) {
        FloatVector rounded = x.fma(broadcast(Exp.INVERSE_LN2), broadcast(Exp.ROUNDER));
        IntVector exponent = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exp.EXPONENT_SHIFT);
        return series(x, rounded.sub(Exp.ROUNDER))
                .reinterpretAsInts()
                .add(exponent)
                .reinterpretAsFloats()
                .blend(0, x.compare(VectorOperators.LT, Exp.LOWEST_NORMAL));
    }

    static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.max(Exp.LOWEST).min(Exp.HIGHEST);
        FloatVector rounded = clamped.fma(broadcast(Exp.INVERSE_LN2), broadcast(Exp.ROUNDER));
        FloatVector series = series(clamped, rounded.sub(Exp.ROUNDER));

        IntVector exponent = rounded.reinterpretAsInts().sub(Exp.ROUNDER_BITS);
        IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
        return series.mul(powerOfTwo(half)).mul(powerOfTwo(exponent.sub(half)));
    }

    private static FloatVector series(FloatVector x, FloatVector k) {
        FloatVector r = k.fma(broadcast(-Exp.LN2_LOW), k.fma(broadcast(-Exp.LN2_HIGH), x));
        FloatVector series = r.fma(broadcast(Exp.C7), broadcast(Exp.C6));
        series = series.fma(r, broadcast(Exp.C5));
        series = series.fma(r, broadcast(Exp.C4));
        series = series.fma(r, broadcast(Exp.C3));
        series = series.fma(r, broadcast(Exp.C2));
        series = series.fma(r, broadcast(1f));
        return series.fma(r, broadcast(1f));
    }

    /** {@code 1 / (1 + exp(-x))} */
    static FloatVector sigmoid(FloatVector x) {
        return broadcast(1f).div(exp(x.neg()).add(1f));
    }

    private static FloatVector powerOfTwo(IntVector exponent) {
        return exponent.add(Exp.EXPONENT_BIAS)
                .lanewise(VectorOperators.LSHL, Exp.EXPONENT_SHIFT)
                .reinterpretAsFloats();
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}

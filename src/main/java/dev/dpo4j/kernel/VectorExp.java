package dev.dpo4j.kernel;

import static dev.dpo4j.kernel.Vectors.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link Exp}, a vector at a time. */
final class VectorExp {

    private VectorExp() {}

    static FloatVector exp(FloatVector x) {
        FloatVector rounded = x.fma(broadcast(Exp.INVERSE_LN2), broadcast(Exp.ROUNDER));
        FloatVector k = rounded.sub(Exp.ROUNDER);
        FloatVector r = k.fma(broadcast(-Exp.LN2_LOW), k.fma(broadcast(-Exp.LN2_HIGH), x));

        FloatVector series = r.fma(broadcast(Exp.C7), broadcast(Exp.C6));
        series = series.fma(r, broadcast(Exp.C5));
        series = series.fma(r, broadcast(Exp.C4));
        series = series.fma(r, broadcast(Exp.C3));
        series = series.fma(r, broadcast(Exp.C2));
        series = series.fma(r, broadcast(1f));
        series = series.fma(r, broadcast(1f));

        IntVector exponent = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exp.EXPONENT_SHIFT);
        return series.reinterpretAsInts()
                .add(exponent)
                .reinterpretAsFloats()
                .blend(0, x.compare(VectorOperators.LT, Exp.LOWEST))
                .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, Exp.HIGHEST));
    }

    /** {@code 1 / (1 + exp(-x))} */
    static FloatVector sigmoid(FloatVector x) {
        return broadcast(1f).div(exp(x.neg()).add(1f));
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}

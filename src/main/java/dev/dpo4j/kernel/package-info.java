/**
 * Fused float kernels over raw off-heap memory: a scalar implementation to read and a Vector API one to run, equal to
 * the last bit when they use the same number of lanes. {@link dev.dpo4j.kernel.KernelSelection} chooses.
 *
 * <p>Kernels use only add, multiply, divide, square root, fma, min, max and conversions, which are exact or correctly
 * rounded everywhere, reduce their lanes in the written-out order of {@link dev.dpo4j.kernel.LaneOrder}, and carry their
 * own {@link dev.dpo4j.kernel.Exp}; the few logarithms are StrictMath's. So the interpreter, C1 and C2 give the same bits.
 * A NaN that goes in comes out. Kernels own no memory and no threads: callers pass segments and split the rows.
 *
 * <p>Only the classes whose names begin with {@code Vector} may touch {@code jdk.incubator.vector}: all others load in a
 * JVM without it.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.dpo4j.kernel;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

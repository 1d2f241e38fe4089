/**
 * Fused float kernels over raw off-heap memory: a scalar implementation to read and a Vector API one to run, equal to
 * the last bit when they use the same number of lanes.
 *
 * <p>Kernels use only add, multiply, fma, min, max and conversions, reduce their lanes in a fixed written-out order, and carry
 * their own exp and log, so that the interpreter, C1 and C2 give the same bits. They own no memory and no threads: callers pass
 * segments and split the rows.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.dpo4j.kernel;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

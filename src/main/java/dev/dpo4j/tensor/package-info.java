/**
 * Matrices and the machine under them: off-heap float memory seen both as ND4J array and as raw segment, row-major GEMM by OpenBLAS or, of
 * many rows with weights, by {@link dev.dpo4j.tensor.PanelProduct} and {@link dev.dpo4j.tensor.TransposedProduct}, a part's own products
 * ({@link dev.dpo4j.tensor.OrderedMatrix}), and the one pool of compute threads. The only package that knows ND4J, OpenBLAS and JavaCPP.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kernel"})
package dev.dpo4j.tensor;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;

package dev.dpo4j.kernel;

/** The scalar kernels, for tests of other packages. */
public final class ScalarTwin {

    private ScalarTwin() {}

    /** Scalar kernels that sum in as many lanes as others. */
    public static Kernels of(Kernels kernels) {
        return new ScalarKernels(kernels.lanes());
    }
}

package dev.dpo4j.kernel;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** The scalar kernels, for tests of other packages. */
public final class ScalarTwin {

    private ScalarTwin() {}

    /** Scalar kernels that sum in as many lanes as others, and are asked for the same products. */
    public static Kernels of(Kernels kernels) {
        Kernels scalar = withoutProducts(kernels);
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    try {
                        return method.getName().equals("fastProducts")
                                ? (Object) kernels.fastProducts()
                                : method.invoke(scalar, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Scalar kernels that sum in as many lanes as others, and leave all products to OpenBLAS. */
    public static Kernels withoutProducts(Kernels kernels) {
        return new ScalarKernels(kernels.lanes());
    }
}

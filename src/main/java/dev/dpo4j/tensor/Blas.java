package dev.dpo4j.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The very OpenBLAS that ND4J has loaded, called directly on one thread: {@code cblas_sgemm} into a row-major result. ND4J's own
 * {@code mmul} makes a hidden copy of every row-major result (57 against 209 GFLOP/s).
 */
@SuppressWarnings("restricted") // calls into native code are its purpose
final class Blas {

    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;
    private static final int TRANSPOSE = 112;

    private static final MethodHandle SGEMM;
    private static final String CORE;
    private static final String CONFIG;

    static {
        // Loads the native library and, with it, OpenBLAS. It sets OpenBLAS's threads, so ours come after.
        Nd4j.getBackend();
        Loader.load(openblas.class);
        openblas.blas_set_num_threads(1); // one owner of threads: Workers
        Linker linker = Linker.nativeLinker();
        SGEMM = linker.downcallHandle(
                symbol("cblas_sgemm"),
                FunctionDescriptor.ofVoid(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_FLOAT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_FLOAT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT));
        CORE = text(linker, "openblas_get_corename");
        CONFIG = text(linker, "openblas_get_config");
    }

    private Blas() {}

    /** The CPU family whose kernels OpenBLAS chose, and its version: part of a checkpoint's fingerprint. */
    static String core() {
        return CORE + ", " + CONFIG;
    }

    /** The CPU family alone, as in "SkylakeX". */
    static String coreName() {
        return CORE;
    }

    /** As in "0.3.31", out of "OpenBLAS 0.3.31 DYNAMIC_ARCH NO_AFFINITY ...". */
    static String version() {
        String[] words = CONFIG.split(" ", 3);
        return words.length > 1 ? words[1] : CONFIG;
    }

    /** {@code C = alpha op(A) op(B) + beta C}, row-major: C is (m, n), op(A) is (m, k), op(B) is (k, n). */
    static void sgemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            MemorySegment a,
            int lda,
            MemorySegment b,
            int ldb,
            float beta,
            MemorySegment c,
            int ldc) {
        if (FewRows.suit(CORE, transposeA, transposeB, m, n, k)) {
            FewRows.product(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        } else {
            call(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        }
    }

    /** The one call into the library. */
    static void call(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            MemorySegment a,
            int lda,
            MemorySegment b,
            int ldb,
            float beta,
            MemorySegment c,
            int ldc) {
        try {
            SGEMM.invokeExact(
                    ROW_MAJOR,
                    transposeA ? TRANSPOSE : NO_TRANSPOSE,
                    transposeB ? TRANSPOSE : NO_TRANSPOSE,
                    m,
                    n,
                    k,
                    alpha,
                    a,
                    lda,
                    b,
                    ldb,
                    beta,
                    c,
                    ldc);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // a method handle's signature; a downcall of a void function throws nothing checked
            throw new IllegalStateException(e);
        }
    }

    private static MemorySegment symbol(String name) {
        return MemorySegment.ofAddress(Loader.addressof(name).address());
    }

    private static String text(Linker linker, String function) {
        try {
            MethodHandle handle = linker.downcallHandle(symbol(function), FunctionDescriptor.of(ValueLayout.ADDRESS));
            MemorySegment text = (MemorySegment) handle.invokeExact();
            return text.reinterpret(Long.MAX_VALUE, Arena.global(), null)
                    .getString(0)
                    .strip();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}

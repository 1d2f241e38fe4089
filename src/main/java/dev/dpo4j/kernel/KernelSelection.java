package dev.dpo4j.kernel;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which kernels this JVM runs, decided once, at first use.
 *
 * <p>Vector kernels of the CPU's preferred width where the JVM was started with {@code --add-modules jdk.incubator.vector} and has C2;
 * scalar ones otherwise, with a warning. The system property {@code dpo4j.kernels} forces {@code scalar} or a width in bits:
 * {@code 128}, {@code 256} or {@code 512}.
 */
public final class KernelSelection {

    static final String PROPERTY = "dpo4j.kernels";

    private static final String SCALAR = "scalar";
    private static final Set<String> WIDTHS = Set.of("128", "256", "512");
    private static final String MODULE = "jdk.incubator.vector";

    /** As many as the widest vectors have: sums then agree with those of a CPU with 512-bit vectors. */
    private static final int SCALAR_LANES = 16;

    private static final Logger log = LoggerFactory.getLogger(KernelSelection.class);

    private KernelSelection() {}

    private static final class Holder {
        static final Kernels BEST = choose(
                System.getProperty(PROPERTY),
                ModuleLayer.boot().findModule(MODULE).isPresent(),
                hasC2(System.getProperty("java.vm.name", ""), System.getProperty("java.vm.info", "")));
    }

    /**
     * The kernels to use; always the same object.
     *
     * @throws IllegalArgumentException if {@code dpo4j.kernels} has no meaning
     * @throws IllegalStateException if it asks for vectors in a JVM without the module
     */
    public static Kernels best() {
        return Holder.BEST;
    }

    static Kernels choose(@Nullable String wanted, boolean modulePresent, boolean c2) {
        Kernels kernels = wanted == null ? preferred(modulePresent, c2) : forced(wanted, modulePresent);
        log.info("Kernels: {}", kernels.description());
        return kernels;
    }

    private static Kernels preferred(boolean modulePresent, boolean c2) {
        if (!modulePresent) {
            log.warn("The Vector API is not there, so kernels are scalar and training is many times slower: "
                    + "start the JVM with --add-modules " + MODULE);
            return new ScalarKernels(SCALAR_LANES);
        }
        if (!c2) {
            log.warn("This JVM runs without the C2 compiler, so kernels are scalar and training is many times slower: "
                    + "start a server JVM without -Xint, -client and -XX:TieredStopAtLevel");
            return new ScalarKernels(SCALAR_LANES);
        }
        return new VectorKernels();
    }

    private static Kernels forced(String wanted, boolean modulePresent) {
        if (wanted.equals(SCALAR)) {
            return new ScalarKernels(SCALAR_LANES);
        }
        if (!WIDTHS.contains(wanted)) {
            throw new IllegalArgumentException("-D" + PROPERTY + "=" + wanted
                    + ": must be scalar, 128, 256 or 512; leave it out for this CPU's best");
        }
        if (!modulePresent) {
            throw new IllegalStateException("-D" + PROPERTY + "=" + wanted
                    + " needs the Vector API: start the JVM with --add-modules " + MODULE);
        }
        return new VectorKernels();
    }

    /** Without C2 a vector operation is a method call with an allocation. */
    static boolean hasC2(String vmName, String vmInfo) {
        return vmName.contains("Server VM") && !vmInfo.contains("interpreted") && !vmInfo.contains("emulated-client");
    }
}

package dev.dpo4j.job;

import static java.util.Objects.requireNonNullElse;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * What a run may take of the machine.
 *
 * @param activationMemory memory for one pass's activations: decides how many preferences go through the model at once. Changing it
 *     changes the order of sums, and so the last bits of a resumed run; null: {@link #OF_WEIGHTS}, or {@link #OF_AN_ADAPTER}
 * @param memory what a run may take in all: trained weights, gradients, moments and activations; null: what the machine's (in a container:
 *     the container's) memory leaves beside the models' budget, the heap and the JVM itself
 */
@ConfigurationProperties("dpo4j.training")
record TrainingProperties(
        @Nullable DataSize activationMemory, @Nullable DataSize memory) {

    /** Of a run that trains all weights: each pass reads them and adds to their gradients, and with larger ones there is little left to save. */
    private static final DataSize OF_WEIGHTS = DataSize.ofGigabytes(2);

    /** Of a run that trains an adapter, which is chosen where memory is short. */
    private static final DataSize OF_AN_ADAPTER = DataSize.ofGigabytes(1);

    /** What the JVM takes beside its heap: classes, compiled code, threads, libraries. */
    private static final DataSize BESIDE_THE_HEAP = DataSize.ofMegabytes(512);

    /** Bytes that one pass should take. */
    long passLimit(boolean adapter) {
        return requireNonNullElse(activationMemory, adapter ? OF_AN_ADAPTER : OF_WEIGHTS)
                .toBytes();
    }

    /** Bytes that a run may take. */
    long limit(long modelsBudget) {
        if (memory != null) {
            return memory.toBytes();
        }
        long machine =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        long others = modelsBudget + Runtime.getRuntime().maxMemory() + BESIDE_THE_HEAP.toBytes();
        return Math.max(0, machine - others);
    }
}

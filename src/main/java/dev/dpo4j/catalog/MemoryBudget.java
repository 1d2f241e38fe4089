package dev.dpo4j.catalog;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** What all loaded weights may take together. */
final class MemoryBudget {

    private MemoryBudget() {}

    /** The configured size, or half of the machine's (in a container: the container's) memory. */
    static long bytes(@Nullable DataSize configured) {
        if (configured != null) {
            return configured.toBytes();
        }
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize() / 2;
    }
}

package dev.dpo4j.tokenizer;

import java.nio.file.Path;

/**
 * Where DJL unpacks the tokenizers' native library, about 10 MB, and that it stays off the network.
 *
 * <p>DJL reads these system properties once, when the first tokenizer is loaded. Without them it writes to
 * {@code ~/.djl.ai} and {@code ~/.cache/JNA} and, on that first load, asks Amazon's metadata service who it is. The environment variables
 * DJL_CACHE_DIR and ENGINE_CACHE_DIR, where somebody sets them, win over the properties.
 */
public final class NativeCache {

    private NativeCache() {}

    /** Makes DJL write under {@code directory}, created when needed; to be called before the first tokenizer is loaded. */
    public static void directory(Path directory) {
        String path = directory.toAbsolutePath().toString();
        System.setProperty("DJL_CACHE_DIR", path);
        System.setProperty("ENGINE_CACHE_DIR", path);
        // DJL looks at the machine through JNA, which unpacks a library of its own
        System.setProperty("jna.tmpdir", path);
    }

    /** No telemetry and no downloads; without it the loader also looks for a CUDA build of the library. */
    static void stayOffline() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }
}

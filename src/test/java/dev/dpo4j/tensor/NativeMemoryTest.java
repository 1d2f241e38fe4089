package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX) // where the process's mappings can be read
class NativeMemoryTest {

    private static final int BLOCK = 8 << 20;
    private static final int BLOCKS = 32;

    @Test
    void whatIsGivenBackIsNotMappedAnyMoreThoughSmallerBlocksStay() throws IOException {
        NativeMemory.giveBack(allocate(4 * BLOCK - (1 << 16))); // by itself glibc now keeps blocks of that size
        List<NativeMemory.Block> small = new ArrayList<>();
        List<NativeMemory.Block> large = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            large.add(allocate(BLOCK));
            small.add(allocate(1 << 12));
        }
        assertThat(mapped(large)).isEqualTo(BLOCKS);

        large.forEach(NativeMemory::giveBack);

        // Not the process's resident memory: the rest of it (the heap, other tests' threads) grows and shrinks
        // meanwhile.
        // Another thread may have been given one of the ranges since.
        assertThat(mapped(large)).isLessThanOrEqualTo(2);
        small.forEach(NativeMemory::giveBack);
    }

    private static NativeMemory.Block allocate(long bytes) {
        return NativeMemory.allocate(bytes, false);
    }

    /** How many of the blocks lie in memory that the process has mapped. */
    private static long mapped(List<NativeMemory.Block> blocks) throws IOException {
        List<long[]> ranges = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .map(line -> line.substring(0, line.indexOf(' ')).split("-"))
                .map(ends -> new long[] {Long.parseUnsignedLong(ends[0], 16), Long.parseUnsignedLong(ends[1], 16)})
                .toList();
        return blocks.stream()
                .mapToLong(block -> block.memory().address() + block.memory().byteSize() / 2)
                .filter(middle -> ranges.stream().anyMatch(range -> range[0] <= middle && middle < range[1]))
                .count();
    }
}

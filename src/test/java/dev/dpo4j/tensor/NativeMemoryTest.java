package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX) // where the process's memory can be read by address
class NativeMemoryTest {

    private static final int BLOCK = 8 << 20;
    private static final int BLOCKS = 256; // 2 GB of addresses, a page of each in memory
    private static final long MARK = 0x5ca1ab1e0ddba11L;

    @Test
    void whatIsGivenBackIsNotMappedAnyMoreThoughSmallerBlocksStay() throws IOException {
        NativeMemory.giveBack(allocate(3 * BLOCK)); // by itself glibc now keeps blocks up to that size
        List<NativeMemory.Block> small = new ArrayList<>();
        List<NativeMemory.Block> large = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            large.add(allocate(BLOCK));
            small.add(allocate(1 << 12));
        }
        for (NativeMemory.Block block : large) {
            block.memory().set(ValueLayout.JAVA_LONG, BLOCK / 2, MARK);
        }
        assertThat(marked(large)).isEqualTo(BLOCKS);

        large.forEach(NativeMemory::giveBack);

        // Resident memory is moved by the heap and other threads, and one of them may have been given the range since:
        // but not what stood there. Before it asks for more memory at all, glibc fills a hole that others have left in
        // its heap, so that some blocks may lie there (8 were seen); without the threshold all of them would.
        assertThat(marked(large)).isLessThan(BLOCKS / 4);
        small.forEach(NativeMemory::giveBack);
    }

    private static NativeMemory.Block allocate(long bytes) {
        return NativeMemory.allocate(bytes, false);
    }

    /** How many of the blocks' addresses still lead to what was written there. */
    private static long marked(List<NativeMemory.Block> blocks) throws IOException {
        try (FileChannel memory = FileChannel.open(Path.of("/proc/self/mem"))) {
            return blocks.stream()
                    .filter(block -> valueAt(memory, block.memory().address() + BLOCK / 2) == MARK)
                    .count();
        }
    }

    /** What stands at an address of this process; 0 where nothing is mapped. */
    private static long valueAt(FileChannel memory, long address) {
        ByteBuffer value = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        try {
            memory.read(value, address);
        } catch (IOException e) {
            return 0;
        }
        return value.getLong(0);
    }
}

package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX) // elsewhere resident memory is counted otherwise
class NativeMemoryTest {

    private static final int BLOCK = 8 << 20;
    private static final int BLOCKS = 32;

    @Test
    void whatIsFreedGoesBackToTheOperatingSystemThoughSmallerBlocksStay() {
        allocate(new FloatArena(), 4 * BLOCK - (1 << 16)).close(); // by itself glibc now keeps blocks of that size
        List<FloatArena> small = new ArrayList<>();
        List<FloatArena> large = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            large.add(allocate(new FloatArena(), BLOCK));
            small.add(allocate(new FloatArena(), 1 << 12));
        }
        long full = NativeMemory.residentBytes();

        large.forEach(FloatArena::close);

        assertThat(full - NativeMemory.residentBytes()).isGreaterThan((long) (BLOCKS - 2) * BLOCK);
        small.forEach(FloatArena::close);
    }

    private static FloatArena allocate(FloatArena arena, int bytes) {
        arena.uninitialised(1, bytes / Float.BYTES).segment().fill((byte) 1);
        return arena;
    }
}

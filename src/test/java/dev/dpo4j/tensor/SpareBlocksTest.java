package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class SpareBlocksTest {

    private final List<NativeMemory.Block> givenBack = new ArrayList<>();
    private final Queue<Runnable> sweeps = new ArrayDeque<>();
    private final SpareBlocks spares = new SpareBlocks(givenBack::add, sweeps::add);

    @Test
    void aBlockGoesToWhoWantsItsSizeOnce() {
        NativeMemory.Block block = keep(100);

        assertThat(spares.take(100)).containsSame(block);
        assertThat(spares.take(100)).isEmpty();
        assertThat(givenBack).isEmpty();
    }

    @Test
    void whoGetsNothingMakesAsMuchGoBack() {
        NativeMemory.Block small = keep(10);
        NativeMemory.Block middle = keep(100);
        NativeMemory.Block large = keep(1000);

        assertThat(spares.take(90)).isEmpty();
        assertThat(givenBack).as("the smallest that is enough").containsExactly(middle);

        assertThat(spares.take(1005)).isEmpty();
        assertThat(givenBack).as("the largest, then what is missing").containsExactly(middle, large, small);
        assertThat(spares.take(1005)).isEmpty(); // and nothing is left to go back
    }

    @Test
    void whatNobodyWantsGoesBackAtTheSecondSweep() {
        NativeMemory.Block early = keep(100);
        sweep();
        NativeMemory.Block late = keep(200);
        assertThat(givenBack).isEmpty();

        sweep();
        assertThat(givenBack).containsExactly(early);

        sweep();
        assertThat(givenBack).containsExactly(early, late);
        assertThat(sweeps).as("nothing is left to sweep").isEmpty();
    }

    @Test
    void aBlockThatWasUsedMeanwhileIsNotSweptAway() {
        NativeMemory.Block block = keep(100);
        sweep();
        assertThat(spares.take(100)).containsSame(block);
        sweep();
        spares.keep(block);
        sweep();

        assertThat(givenBack).isEmpty();
        assertThat(sweeps).hasSize(1);
    }

    private NativeMemory.Block keep(int bytes) {
        MemorySegment memory = MemorySegment.ofArray(new byte[bytes]);
        NativeMemory.Block block = new NativeMemory.Block(memory, memory);
        spares.keep(block);
        assertThat(sweeps).as("never two at once").hasSize(1);
        return block;
    }

    private void sweep() {
        sweeps.remove().run();
    }
}

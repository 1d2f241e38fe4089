package dev.dpo4j.llama;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The random numbers that PyTorch draws on a CPU after {@code torch.manual_seed(seed)}: Mersenne Twister MT19937 (Matsumoto and
 * Nishimura 1998) with torch's ways to make floats of its words. Not thread-safe.
 */
public final class TorchRandom {

    private static final int N = 624;
    private static final int M = 397;
    private static final int UPPER = 0x8000_0000;
    private static final int LOWER = 0x7FFF_FFFF;
    private static final int MATRIX = 0x9908_B0DF;

    /** torch fills normals in blocks of 16, the radius from the first half, the angle from the second. */
    static final int NORMAL_BLOCK = 16;

    private final int[] state = new int[N];
    private int next = N;

    /** Seeded as the reference implementation's {@code init_genrand}; like torch, only the seed's low 32 bits count. */
    public TorchRandom(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < N; i++) {
            state[i] = 1_812_433_253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    /** The next 32 random bits. */
    public int nextInt() {
        if (next == N) {
            twist();
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9D2C_5680;
        y ^= (y << 15) & 0xEFC6_0000;
        return y ^ (y >>> 18);
    }

    /** Draws and forgets {@code n} words. */
    void skip(long n) {
        long rest = n;
        while (rest > N - next) {
            rest -= N - next;
            twist();
        }
        next += (int) rest;
    }

    /** A float in [0, 1) as {@code Tensor.uniform_()} draws it: 24 random bits. */
    public float nextUniform() {
        return (nextInt() & 0xFF_FFFF) * 0x1p-24f;
    }

    /**
     * Fills as {@code Tensor.normal_(0, deviation)} does (Box-Muller).
     *
     * @param floats a multiple of 16 of them
     * @throws IllegalArgumentException for other sizes, for which torch has other ways
     */
    void fillNormal(MemorySegment floats, double deviation) {
        long n = floats.byteSize() / Float.BYTES;
        if (n % NORMAL_BLOCK != 0) {
            throw new IllegalArgumentException("size " + n + " is not a multiple of " + NORMAL_BLOCK);
        }
        float[] u = new float[NORMAL_BLOCK];
        for (long i = 0; i < n; i += NORMAL_BLOCK) {
            for (int j = 0; j < NORMAL_BLOCK; j++) {
                u[j] = nextUniform();
            }
            normalBlock(u, (float) deviation, floats, i);
        }
    }

    /** Each operation rounded to float32, as torch's vector code does it. */
    private static void normalBlock(float[] u, float deviation, MemorySegment floats, long start) {
        int half = NORMAL_BLOCK / 2;
        for (int j = 0; j < half; j++) {
            float radius = (float) Math.sqrt(-2 * (float) StrictMath.log(1 - u[j]));
            float angle = (float) (2 * Math.PI) * u[j + half];
            float cos = radius * (float) StrictMath.cos(angle) * deviation;
            float sin = radius * (float) StrictMath.sin(angle) * deviation;
            floats.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, start + j, cos);
            floats.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, start + j + half, sin);
        }
    }

    private void twist() {
        for (int i = 0; i < N; i++) {
            int y = (state[i] & UPPER) | (state[(i + 1) % N] & LOWER);
            state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : MATRIX);
        }
        next = 0;
    }
}

package dev.dpo4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same bits whatever compiled the kernels, in JVMs started for the purpose. */
class KernelTiersTest {

    private static final String MODULE = "--add-modules=jdk.incubator.vector";

    /** Three rows of thirteen vectors each time: C2 waits for some 15 000 rounds of a loop. */
    private static final int WARM_UP = 1_000;

    @TempDir
    Path folder;

    @Test
    void theInterpreterAndBothCompilersAgree() throws Exception {
        Kernels kernels = new VectorKernels();
        List<String> first = KernelChecksums.lines(kernels);
        for (int call = 1; call < WARM_UP; call++) {
            assertThat(KernelChecksums.lines(kernels)).as("call %d", call).isEqualTo(first);
        }

        String width = "-Ddpo4j.kernels=" + Vectors.SPECIES.vectorBitSize();
        assertThat(run(MODULE, width, "-Xint").lines()).isEqualTo(first);
        assertThat(run(MODULE, width, "-XX:TieredStopAtLevel=1").lines()).isEqualTo(first);
    }

    /** A method that C1 gives up after it has run for long stays as slow as it was, a hundred times slower than with C2. */
    @Test
    void theFirstCompilerBearsTheLargestKernelFromWithinItsLoop() throws Exception {
        String output = run(
                        MODULE,
                        "-Ddpo4j.kernels=512",
                        "-Xbatch",
                        "-XX:+PrintCompilation",
                        "-XX:TieredStopAtLevel=3",
                        "-XX:Tier3BackEdgeThreshold=1000",
                        "-XX:Tier3InvocationThreshold=1000000",
                        "-XX:Tier3MinInvocationThreshold=1000000",
                        "-XX:Tier3CompileThreshold=1000000")
                .output();
        assertThat(output.lines().filter(line -> line.contains("VectorProduct::tile")))
                .anyMatch(line -> line.contains(" % ")) // from within the loop
                .noneMatch(line -> line.contains("COMPILE SKIPPED"));
    }

    @Test
    void everyWidthAgreesWithItsScalarTwin() throws Exception {
        for (int bits : new int[] {128, 256, 512}) {
            Run run = run(MODULE, "-Ddpo4j.kernels=" + bits);
            assertThat(run.output()).contains("Kernels: vector, " + bits + " bit");
            assertThat(run.lines()).isEqualTo(KernelChecksums.lines(new ScalarKernels(bits / Float.SIZE)));
        }
    }

    @Test
    void withoutTheModuleEverythingRunsScalarAfterAWarning() throws Exception {
        Run run = run();
        assertThat(run.output())
                .contains("WARN")
                .contains("start the JVM with --add-modules jdk.incubator.vector")
                .contains("Kernels: scalar, 16 lanes");
        assertThat(run.lines()).isEqualTo(KernelChecksums.lines(new ScalarKernels(16)));
    }

    private record Run(String output, List<String> lines) {}

    private Run run(String... flags) throws IOException, InterruptedException {
        Path checksums = folder.resolve("checksums");
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(flags));
        command.addAll(List.of(KernelChecksums.class.getName(), checksums.toString()));

        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        } finally {
            process.destroyForcibly();
        }
        return new Run(Files.readString(output), Files.readAllLines(checksums));
    }
}

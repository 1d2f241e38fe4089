package dev.dpo4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.kernel.KernelSelection;
import org.junit.jupiter.api.Test;

class ComputeReportTest {

    @Test
    void saysTheWholeInOneLine() {
        assertThat(report(512, true, "Cooperlake", 2, 185.4).line())
                .isEqualTo("Compute: kernels vector, 512 bit; OpenBLAS 0.3.31, core Cooperlake, 2 threads;"
                        + " 185 GFLOP/s (sgemm 1024 x 1024 x 1024)");
    }

    @Test
    void hasNothingToWarnOfWhereAllIsWell() {
        assertThat(report(512, true, "SkylakeX", 2, 185).warnings()).isEmpty();
        assertThat(report(256, true, "Haswell", 2, 90).warnings()).isEmpty();
        assertThat(report(256, true, "Zen", 2, 90).warnings()).isEmpty();
        assertThat(report(256, true, "Sapphirerapids", 2, 90).warnings()).isEmpty();
    }

    @Test
    void warnsOfACoreWithoutTheVectorsOfTheCpu() {
        assertThat(report(512, true, "Haswell", 2, 100).warnings())
                .singleElement()
                .asString()
                .contains("took this CPU for a Haswell", "OPENBLAS_CORETYPE to SkylakeX");
        assertThat(report(256, true, "Prescott", 2, 30).warnings())
                .singleElement()
                .asString()
                .contains("took this CPU for a Prescott", "OPENBLAS_CORETYPE to Haswell");
    }

    @Test
    void knowsNoFallbackOfOtherArchitecturesNorOfScalarKernels() {
        assertThat(report(256, false, "NEOVERSEV1", 2, 60).warnings()).isEmpty();
        assertThat(report(0, true, "Prescott", 2, 9).warnings()).isEmpty();
    }

    @Test
    void warnsOfCoresThatDoNotCompute() {
        assertThat(report(512, true, "SkylakeX", 1, 90).warnings())
                .singleElement()
                .asString()
                .contains("Only 1 of 2 cores compute", "DPO4J_COMPUTE_THREADS");
    }

    @Test
    void warnsOfProductsThatAreTooSlowForTheirThreads() {
        assertThat(report(512, true, "SkylakeX", 2, 19.9).warnings())
                .singleElement()
                .asString()
                .contains("run at 19.9 GFLOP/s on 2 threads", "20 at least", "dpo4j.compute.threads");
        assertThat(report(512, true, "SkylakeX", 2, 20).warnings()).isEmpty();
    }

    @Test
    void warnsOfAKernelThatIsSlowerThanOpenBlas() {
        ComputeReport bad = new ComputeReport("vector, 512 bit", 512, true, "0.3.31", "SkylakeX", 2, 2, 89, 120);
        assertThat(bad.warnings())
                .singleElement()
                .asString()
                .contains("run at 89 GFLOP/s", "OpenBLAS's own at 120", "jvm.options");
        ComputeReport good = new ComputeReport("vector, 512 bit", 512, true, "0.3.31", "SkylakeX", 2, 2, 91, 120);
        assertThat(good.warnings()).isEmpty();
    }

    @Test
    void measuresThisMachine() {
        try (Compute compute = new Compute(2)) {
            ComputeReport report = ComputeReport.of(compute);

            assertThat(report.kernels()).isEqualTo(KernelSelection.best().description());
            assertThat(report.vectorBits()).isIn(128, 256, 512);
            assertThat(report.blasVersion()).matches("\\d+\\.\\d+\\.\\d+.*");
            assertThat(compute.fingerprint()).contains(report.blasCore(), report.blasVersion());
            assertThat(report.threads()).isEqualTo(2);
            assertThat(report.gigaflops()).isPositive().isFinite();
            assertThat(report.blasGigaflops()).isPositive().isFinite();
        }
    }

    private static ComputeReport report(int vectorBits, boolean x86, String core, int threads, double gigaflops) {
        String kernels = vectorBits == 0 ? "scalar, 16 lanes" : "vector, " + vectorBits + " bit";
        return new ComputeReport(kernels, vectorBits, x86, "0.3.31", core, threads, 2, gigaflops, gigaflops);
    }
}

package dev.dpo4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class KernelSelectionTest {

    @Test
    void thisJvmHasVectorKernelsAndKeepsThem() {
        assertThat(KernelSelection.best()).isInstanceOf(VectorKernels.class).isSameAs(KernelSelection.best());
    }

    @Test
    void saysWhatItChose(CapturedOutput output) {
        KernelSelection.choose(null, true, true);
        assertThat(output).contains("INFO").contains("Kernels: vector, ");
    }

    @Test
    void withoutTheModuleItIsScalarAndNamesTheRemedy(CapturedOutput output) {
        assertThat(KernelSelection.choose(null, false, true)).isInstanceOf(ScalarKernels.class);
        assertThat(output).contains("WARN").contains("--add-modules jdk.incubator.vector");
    }

    @Test
    void withoutC2ItIsScalarAndSaysWhy(CapturedOutput output) {
        assertThat(KernelSelection.choose(null, true, false)).isInstanceOf(ScalarKernels.class);
        assertThat(output).contains("WARN").contains("without the C2 compiler");
    }

    @Test
    void canBeForced(CapturedOutput output) {
        assertThat(KernelSelection.choose("scalar", true, true).description()).isEqualTo("scalar, 16 lanes");
        assertThat(output).doesNotContain("WARN");
        assertThat(KernelSelection.choose("256", true, false)).isInstanceOf(VectorKernels.class);
    }

    @Test
    void refusesAWidthThatDoesNotExist() {
        assertThatThrownBy(() -> KernelSelection.choose("1024", true, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-Ddpo4j.kernels=1024: must be scalar, 128, 256 or 512");
    }

    @Test
    void refusesAWidthWithoutTheModule() {
        assertThatThrownBy(() -> KernelSelection.choose("256", false, true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("--add-modules jdk.incubator.vector");
    }

    @Test
    void knowsAJvmWithoutC2() {
        assertThat(KernelSelection.hasC2("OpenJDK 64-Bit Server VM", "mixed mode, sharing"))
                .isTrue();
        assertThat(KernelSelection.hasC2("OpenJDK 64-Bit Server VM", "interpreted mode, sharing"))
                .isFalse();
        assertThat(KernelSelection.hasC2("OpenJDK 64-Bit Server VM", "mixed mode, emulated-client, sharing"))
                .isFalse();
        assertThat(KernelSelection.hasC2("OpenJDK Client VM", "mixed mode")).isFalse();
    }
}

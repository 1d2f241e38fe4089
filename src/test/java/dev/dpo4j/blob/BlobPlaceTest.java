package dev.dpo4j.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dpo4j.Dpo4jApplication;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Tag("persistence")
@Tag("postgresql")
@ExtendWith(OutputCaptureExtension.class)
class BlobPlaceTest {

    @TempDir
    private Path home;

    @Test
    void filesBesideADatabaseThatOthersUseAreRefused(CapturedOutput output) {
        SpringApplicationBuilder service = new SpringApplicationBuilder(Dpo4jApplication.class);
        assertThatThrownBy(() -> service.run("--dpo4j.home=" + home, "--server.port=0", "--dpo4j.storage.blobs=files"))
                .hasRootCauseInstanceOf(InvalidConfigurationPropertyValueException.class);
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("dpo4j.storage.blobs")
                .contains("set it to \"database\"")
                .doesNotContain("\tat dev.dpo4j");
    }
}

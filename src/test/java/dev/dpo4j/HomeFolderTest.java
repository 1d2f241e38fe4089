package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.mock.env.MockEnvironment;

class HomeFolderTest {

    @TempDir
    Path folder;

    @Test
    void aRelativeHomeBecomesAbsolute() {
        assertThat(homeFor("target/test-homes/relative"))
                .isEqualTo(
                        Path.of("target/test-homes/relative").toAbsolutePath().toString());
    }

    @Test
    void theHomeIsMadeWithAPlaceForUploads() {
        homeFor(folder.resolve("new/home").toString());
        assertThat(folder.resolve("new/home/tmp")).isDirectory();
    }

    @Test
    void aHomeThatCannotBeMadeIsSaidWithTheRemedy() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> homeFor(file.resolve("home").toString()))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("DPO4J_HOME");
    }

    @Test
    void aHomeCannotAddSettingsToTheDatabaseUrl() {
        assertThatThrownBy(() -> homeFor(folder + ";INIT=RUNSCRIPT"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("semicolon");
    }

    private static String homeFor(String configured) {
        MockEnvironment environment = new MockEnvironment().withProperty(HomeFolder.PROPERTY, configured);
        new HomeFolder().postProcessEnvironment(environment, new SpringApplication());
        return environment.getRequiredProperty(HomeFolder.PROPERTY);
    }
}

package dev.dpo4j;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Makes {@code dpo4j.home} an absolute path and sends there what the libraries unpack, before any of them is loaded. Nothing is
 * written outside this folder, so a read-only home directory of the user does not matter.
 */
class HomeFolder implements EnvironmentPostProcessor, Ordered {

    static final String PROPERTY = "dpo4j.home";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Path home = Path.of(environment.getRequiredProperty(PROPERTY))
                .toAbsolutePath()
                .normalize();
        if (home.toString().contains(";")) {
            throw new IllegalArgumentException("dpo4j.home (DPO4J_HOME) must not contain a semicolon: " + home);
        }
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("dpo4j home", Map.of(PROPERTY, home.toString())));
        createFolder(home.resolve("tmp"));
        unpackInto("org.bytedeco.javacpp.cachedir", home.resolve("cache/javacpp"));
        unpackInto("DJL_CACHE_DIR", home.resolve("cache/djl"));
        unpackInto("ENGINE_CACHE_DIR", home.resolve("cache/djl"));
    }

    /** After the configuration files have been read. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE - 1;
    }

    private static void unpackInto(String property, Path folder) {
        if (System.getProperty(property) == null) {
            createFolder(folder);
            System.setProperty(property, folder.toString());
        }
    }

    private static void createFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot create " + folder + "; set DPO4J_HOME to a folder the service may write to", e);
        }
    }
}

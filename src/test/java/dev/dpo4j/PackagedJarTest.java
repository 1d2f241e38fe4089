package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.PostgresServer.PostgresDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar as the image has it: extracted, its beans prepared when it was built, its classes from an archive that the first start leaves
 * behind.
 */
@Tag("packaged")
class PackagedJarTest {

    /** 128 + SIGTERM. */
    private static final int TERMINATED = 143;

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    private static Path folder;

    @BeforeAll
    static void extract() throws IOException, InterruptedException {
        String jar = System.getProperty("dpo4j.test.jar");
        Process extraction = new ProcessBuilder(
                        JAVA,
                        "-Djarmode=tools",
                        "-jar",
                        jar,
                        "extract",
                        "--application-filename",
                        "dpo4j.jar",
                        "--destination",
                        folder.resolve("application").toString())
                .inheritIO()
                .start();
        assertThat(extraction.waitFor()).isZero();
    }

    @Test
    void aJobEndsWithTheSameWeightsAtAFirstStartAndFromTheArchiveOfClassesOnAnotherDatabase()
            throws IOException, InterruptedException {
        String first;
        try (ServiceProcess service = start("first")) {
            first = weightsOfAJob(service);
            service.terminate();
            assertThat(service.exitStatus()).isEqualTo(TERMINATED);
        }
        FileTime written = Files.getLastModifiedTime(archive());

        PostgresDatabase database = PostgresServer.database("packaged_jar");
        try (ServiceProcess service = start(
                "second", "spring.datasource.url=" + database.url(), "spring.datasource.username=" + database.user())) {
            assertThat(weightsOfAJob(service)).isEqualTo(first);
            service.terminate();
            assertThat(service.exitStatus()).isEqualTo(TERMINATED);
        }
        assertThat(Files.getLastModifiedTime(archive()))
                .as("an archive that could not be used would have been written again")
                .isEqualTo(written);
    }

    private static ServiceProcess start(String home, String... settings) throws IOException, InterruptedException {
        List<String> command = Stream.of(
                        Stream.of(JAVA),
                        ServiceProcess.jvmFlags().stream(),
                        Stream.of(
                                "-Dspring.aot.enabled=true",
                                "-XX:+AutoCreateSharedArchive",
                                "-XX:SharedArchiveFile=" + archive(),
                                "-Xlog:cds=off",
                                "-jar",
                                folder.resolve("application")
                                        .resolve("dpo4j.jar")
                                        .toString()))
                .flatMap(part -> part)
                .toList();
        String[] all =
                Stream.concat(Stream.of(TinyJob.MODEL), Stream.of(settings)).toArray(String[]::new);
        return ServiceProcess.start(command, folder.resolve(home), all);
    }

    private static String weightsOfAJob(ServiceProcess service) throws IOException, InterruptedException {
        String id = TinyJob.createLora(service.http());
        service.follow(id, 0).untilItsEnd();
        return TinyJob.weights(service.http(), id);
    }

    private static Path archive() {
        return folder.resolve("classes.jsa");
    }
}

package dev.dpo4j;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A PostgreSQL of a test's own, on one port and one folder, that can be away for a while. */
public final class StoppablePostgres implements AutoCloseable {

    private static final String USER = "postgres";

    private final Path data;
    private final int port;
    private EmbeddedPostgres server;

    private StoppablePostgres(Path data, EmbeddedPostgres server) {
        this.data = data;
        this.port = server.getPort();
        this.server = server;
    }

    /** Starts it, with a new database in an empty folder. */
    public static StoppablePostgres start(Path data) throws IOException {
        return new StoppablePostgres(data, onFolder(data).start());
    }

    public String url() {
        return server.getJdbcUrl(USER, USER);
    }

    /** As settings of the service. */
    public List<String> settings() {
        return List.of("spring.datasource.url=" + url(), "spring.datasource.username=" + USER);
    }

    /** SIGQUIT: as good as a crash. Nobody's statement is finished, nobody is told more than that the connection ends. */
    public void crash() throws IOException, InterruptedException {
        long postmaster = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        ProcessHandle process = ProcessHandle.of(postmaster).orElseThrow();
        new ProcessBuilder("kill", "-QUIT", Long.toString(postmaster))
                .inheritIO()
                .start()
                .waitFor();
        process.onExit().join();
        server.close();
    }

    /** Starts it again where it was. */
    public void comeBack() throws IOException {
        server = onFolder(data).setPort(port).start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private static EmbeddedPostgres.Builder onFolder(Path data) {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                // Off by default here, unlike elsewhere: a crash would take what was committed.
                .setServerConfig("synchronous_commit", "on");
    }
}

package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.api.Http;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The real service in a process of its own, on a free port, so that it can be killed. */
final class ServiceProcess implements AutoCloseable {

    static final Duration LONG = Duration.ofMinutes(2);

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final Pattern STARTED = Pattern.compile("Started Dpo4jApplication");

    private final Process process;
    private final ProcessLog log;
    private final int port;

    private ServiceProcess(Process process, ProcessLog log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /**
     * Starts the service and waits until it is up.
     *
     * @param home its {@code dpo4j.home}
     * @param settings further properties, {@code name=value}
     */
    static ServiceProcess start(Path home, String... settings) throws IOException, InterruptedException {
        return start(command(), home, settings);
    }

    /**
     * Starts what a command starts.
     *
     * @param command its arguments are to follow
     */
    static ServiceProcess start(List<String> command, Path home, String... settings)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of("--server.port=0", "--dpo4j.home=" + home));
        Arrays.stream(settings).map(setting -> "--" + setting).forEach(all::add);
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        ProcessLog log = ProcessLog.of(process);
        boolean up = false;
        try {
            int port = Integer.parseInt(log.await(PORT).group(1));
            log.await(STARTED);
            up = true;
            return new ServiceProcess(process, log, port);
        } finally {
            if (!up) {
                process.destroyForcibly();
            }
        }
    }

    Http http() {
        return new Http(port);
    }

    /** Follows a job's events after a sequence number. */
    EventStream follow(String jobId, long after) {
        return new EventStream(port, jobId, after);
    }

    int port() {
        return port;
    }

    ProcessLog log() {
        return log;
    }

    /** SIGTERM: the service is asked to stop. */
    void terminate() {
        process.toHandle().destroy(); // Process.destroy() would close our end of its log as well
    }

    /** Waits for the end of the process and returns its exit status. */
    int exitStatus() throws InterruptedException {
        if (!process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("The service does not end. Its log:\n" + String.join("\n", log.lines()));
        }
        return process.exitValue();
    }

    /** SIGKILL: nothing in the service learns of it. Returns the exit status. */
    int kill() {
        return process.destroyForcibly().onExit().join().exitValue();
    }

    /** SIGSTOP: for everybody else, the service is as good as gone. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT: the service goes on as if no time had passed. */
    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** Whether the process is there. */
    boolean alive() {
        return process.isAlive();
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(status).isZero();
    }

    @Override
    public void close() {
        kill();
    }

    /** What starts the application; its arguments are to follow. */
    static List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlags());
        command.addAll(List.of("-Xmx512m", "-cp", classPath(), Dpo4jApplication.class.getName()));
        return command;
    }

    /** What the build gives every JVM that computes, but for the size of the heap. */
    static List<String> jvmFlags() {
        return Stream.concat(
                        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                                .filter(flag -> flag.startsWith("--")
                                        || flag.startsWith("-XX:")
                                        || flag.startsWith("-Dorg.bytedeco.")),
                        // Unpacked once for all: the libraries are the same in every home.
                        Stream.of("-Dorg.bytedeco.javacpp.cachedir="
                                + Path.of("target", "test-home", "cache", "javacpp")
                                        .toAbsolutePath()))
                .toList();
    }

    /** This JVM's, without the tests' own classes. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("test-classes" + File.separator))
                .collect(Collectors.joining(File.pathSeparator));
    }
}

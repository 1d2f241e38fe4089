package dev.dpo4j;

import dev.dpo4j.api.Http;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The real service in a process of its own, on a free port, so that it can be killed. */
final class ServiceProcess implements AutoCloseable {

    static final Duration LONG = Duration.ofMinutes(2);

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final String STARTED = "Started Dpo4jApplication";

    private final Process process;
    private final int port;
    private final ServiceLog log;

    private ServiceProcess(Process process, int port, ServiceLog log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /**
     * Starts the service and waits until it is up.
     *
     * @param home its {@code dpo4j.home}
     * @param settings further properties, {@code name=value}
     */
    static ServiceProcess start(Path home, String... settings) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlags());
        command.addAll(List.of("-Xmx512m", "-cp", classPath(), Dpo4jApplication.class.getName()));
        command.addAll(List.of("--server.port=0", "--dpo4j.home=" + home));
        Arrays.stream(settings).map(setting -> "--" + setting).forEach(command::add);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        ServiceLog log = new ServiceLog();
        CompletableFuture<Integer> up = new CompletableFuture<>();
        Thread.ofVirtual().name("log of the service").start(() -> read(process, log, up));
        try {
            return new ServiceProcess(process, up.get(LONG.toSeconds(), TimeUnit.SECONDS), log);
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new IllegalStateException(
                    "The service did not start. Its log:\n" + String.join("\n", log.lines()), e);
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

    ServiceLog log() {
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

    @Override
    public void close() {
        kill();
    }

    private static void read(Process process, ServiceLog log, CompletableFuture<Integer> up) {
        Integer port = null;
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(line);
                Matcher named = PORT.matcher(line);
                if (named.find()) {
                    port = Integer.valueOf(named.group(1));
                }
                if (line.contains(STARTED) && port != null) {
                    up.complete(port);
                }
            }
            up.completeExceptionally(new IllegalStateException("It ended before it was up"));
        } catch (IOException e) {
            up.completeExceptionally(new UncheckedIOException(e));
        }
    }

    /** What the build gives every JVM that computes, but for the size of the heap. */
    private static List<String> jvmFlags() {
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

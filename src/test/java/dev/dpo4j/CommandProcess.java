package dev.dpo4j;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * One of the jar's commands, run to its end in a process of its own.
 *
 * @param status the exit status
 * @param log all that it said
 */
record CommandProcess(int status, String log) {

    static CommandProcess run(String name, Path home, List<String> settings) throws IOException, InterruptedException {
        List<String> command = ServiceProcess.command();
        command.addAll(List.of(name, "--dpo4j.home=" + home));
        settings.forEach(setting -> command.add("--" + setting));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String log = new String(process.getInputStream().readAllBytes(), UTF_8);
            return new CommandProcess(process.waitFor(), log);
        } finally {
            process.destroyForcibly();
        }
    }

    static CommandProcess run(String name, Path home, String... settings) throws IOException, InterruptedException {
        return run(name, home, Arrays.asList(settings));
    }
}

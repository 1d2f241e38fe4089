package dev.dpo4j;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All that a process prints, and those who wait for a line of it. */
final class ProcessLog {

    private final List<String> lines = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private boolean ended;

    private ProcessLog() {}

    /** Begins to read. */
    static ProcessLog of(Process process) {
        ProcessLog log = new ProcessLog();
        Thread.ofVirtual().name("log of process " + process.pid()).start(() -> log.read(process));
        return log;
    }

    /** Waits for a line with that in it, printed already or still to come. */
    Matcher await(Pattern wanted) throws InterruptedException {
        Waiter waiter = new Waiter(wanted, new CompletableFuture<>());
        synchronized (this) {
            lines.forEach(waiter::look);
            if (ended) {
                waiter.found.completeExceptionally(new IllegalStateException("The process has ended"));
            }
            waiters.add(waiter);
        }
        try {
            return waiter.found.get(ServiceProcess.LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("No line has \"" + wanted + "\". The log:\n" + String.join("\n", lines()), e);
        }
    }

    /** The same for a line with those very words. */
    void await(String words) throws InterruptedException {
        await(Pattern.compile(Pattern.quote(words)));
    }

    /** All lines so far. */
    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    private void read(Process process) {
        try (BufferedReader printed = process.inputReader()) {
            for (String line = printed.readLine(); line != null; line = printed.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("The log broke off: " + e);
        }
        end();
    }

    private synchronized void add(String line) {
        lines.add(line);
        waiters.forEach(waiter -> waiter.look(line));
    }

    private synchronized void end() {
        ended = true;
        waiters.forEach(
                waiter -> waiter.found.completeExceptionally(new IllegalStateException("The process has ended")));
    }

    private record Waiter(Pattern wanted, CompletableFuture<Matcher> found) {

        void look(String line) {
            Matcher matcher = wanted.matcher(line);
            if (matcher.find()) {
                found.complete(matcher);
            }
        }
    }
}

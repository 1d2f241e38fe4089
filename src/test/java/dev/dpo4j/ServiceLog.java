package dev.dpo4j;

import java.util.ArrayList;
import java.util.List;

/** What a service in a process of its own has written so far. */
final class ServiceLog {

    private final List<String> lines = new ArrayList<>();

    synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** Waits for a line with this in it. */
    synchronized void await(String text) throws InterruptedException {
        long deadline = System.nanoTime() + ServiceProcess.LONG.toNanos();
        while (lines.stream().noneMatch(line -> line.contains(text))) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("No line with \"" + text + "\":\n" + String.join("\n", lines));
            }
            wait(left);
        }
    }
}

package violations.job;

/** Imitates news that reaches no log. */
public class PrintsToStandardOutput {

    @SuppressWarnings("SystemOut")
    void report(int step) {
        System.out.println(step);
    }
}

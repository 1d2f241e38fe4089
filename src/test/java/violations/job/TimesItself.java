package violations.job;

/** Imitates a job whose waiting no test can shorten. */
public class TimesItself {

    long deadline() {
        return System.nanoTime() + 1_000_000_000L;
    }
}

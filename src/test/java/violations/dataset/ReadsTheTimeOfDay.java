package violations.dataset;

/** Imitates a file that dates itself, the old way. */
public class ReadsTheTimeOfDay {

    long created() {
        return System.currentTimeMillis();
    }
}

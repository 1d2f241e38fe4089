package violations.dataset;

import java.util.Date;

/** Imitates a file that dates itself, the oldest way. */
public class MakesADate {

    @SuppressWarnings("JavaUtilDate")
    long created() {
        return new Date().getTime();
    }
}

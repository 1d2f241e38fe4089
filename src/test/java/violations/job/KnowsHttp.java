package violations.job;

import java.nio.charset.StandardCharsets;
import org.springframework.web.util.UriUtils;

/** Imitates a job that knows the address it is asked at. */
public class KnowsHttp {

    String path(String id) {
        return UriUtils.encode(id, StandardCharsets.UTF_8);
    }
}

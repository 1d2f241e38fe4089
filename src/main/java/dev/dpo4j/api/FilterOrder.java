package dev.dpo4j.api;

import org.springframework.core.Ordered;

/** The order in which a request passes the filters. */
final class FilterOrder {

    static final int REQUEST_ID = Ordered.HIGHEST_PRECEDENCE;
    static final int LOCAL_HOST = Ordered.HIGHEST_PRECEDENCE + 1;
    static final int API_KEY = Ordered.HIGHEST_PRECEDENCE + 2;
    static final int BODY_LIMIT = Ordered.HIGHEST_PRECEDENCE + 3;

    private FilterOrder() {}
}

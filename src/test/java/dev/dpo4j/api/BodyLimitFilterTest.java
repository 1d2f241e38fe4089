package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.blob.Database;
import dev.dpo4j.blob.SetAside;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

@ServiceTest
class BodyLimitFilterTest {

    private static final byte[] BODY = new byte[1000];

    @Autowired
    BodyLimitFilter filter;

    @Autowired
    Database database;

    @Test
    void anUploadsRoomIsSetAsideUntilItHasBeenSpooled() throws ServletException, IOException {
        List<Long> setAside = new ArrayList<>();
        FilterChain spooling = (request, response) -> {
            setAside.add(SetAside.bytes(database));
            filter.doFilter(upload(), new MockHttpServletResponse(), (second, ignored) -> {
                setAside.add(SetAside.bytes(database));
                BodyLimitFilter.spooled((MockHttpServletRequest) second);
                setAside.add(SetAside.bytes(database));
            });
            setAside.add(SetAside.bytes(database));
        };

        filter.doFilter(upload(), new MockHttpServletResponse(), spooling);

        assertThat(setAside).containsExactly(1000L, 2000L, 1000L, 1000L);
        assertThat(SetAside.bytes(database)).isZero();
    }

    private static MockHttpServletRequest upload() {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/v1/files");
        request.setServletPath("/v1/files");
        request.setContentType("multipart/form-data; boundary=b");
        request.setContent(BODY);
        return request;
    }
}

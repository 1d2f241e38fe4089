package dev.dpo4j.api;

import dev.dpo4j.blob.Database;
import dev.dpo4j.blob.StorageFullException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.servlet.autoconfigure.MultipartProperties;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Limits every body that is not an upload, whether its length is announced or not; the container itself only limits uploads. Those
 * are refused before they begin where the disk has no room for them, and everywhere but where files are uploaded: the container
 * would spool them to the disk for whoever sends them.
 */
@Component
@Order(FilterOrder.BODY_LIMIT)
class BodyLimitFilter extends OncePerRequestFilter {

    private static final String UPLOADS = "/v1/files";
    private static final String ROOM = BodyLimitFilter.class.getName() + ".ROOM";

    private final DataSize limit;
    private final DataSize uploadLimit;
    private final Database database;
    private final ProblemResponses problems;

    BodyLimitFilter(
            HttpProperties properties, MultipartProperties uploads, Database database, ProblemResponses problems) {
        this.limit = properties.maxJsonBody();
        this.uploadLimit = uploads.getMaxRequestSize();
        this.database = database;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getHeader(HttpHeaders.CONTENT_ENCODING) != null) {
            problems.write(
                    request,
                    response,
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "Compressed bodies are not accepted. Send the body without a Content-Encoding.");
        } else if (isMultipart(request)) {
            multipart(request, response, chain);
        } else if (request.getContentLengthLong() > limit.toBytes()) {
            problems.write(
                    request,
                    response,
                    HttpStatus.CONTENT_TOO_LARGE,
                    ProblemCode.REQUEST_TOO_LARGE,
                    String.valueOf(new BodyTooLargeException(limit).getMessage()));
        } else {
            chain.doFilter(new Limited(request, limit), response);
        }
    }

    /** Says that an upload has been spooled: it takes its room now, and needs none set aside. */
    static void spooled(HttpServletRequest request) {
        if (request.getAttribute(ROOM) instanceof Database.Room room) {
            room.close();
        }
    }

    private void multipart(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getMethod().equals("POST") && request.getServletPath().equals(UPLOADS)) {
            upload(request, response, chain);
        } else {
            problems.write(
                    request,
                    response,
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "Multipart bodies are accepted by POST " + UPLOADS + " alone. Send JSON.");
        }
    }

    /**
     * An upload is spooled to the disk of the embedded database, and then stored in it: it must fit there twice. The container spools
     * without asking, so its room is set aside before it begins: neither another upload nor a checkpoint gets it meanwhile.
     */
    private void upload(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        long announced = request.getContentLengthLong();
        long bytes = announced < 0 ? uploadLimit.toBytes() : Math.min(announced, uploadLimit.toBytes());
        Database.Room room;
        try {
            database.requireRoomFor(2 * bytes);
            room = database.setAside(bytes);
        } catch (StorageFullException e) {
            problems.write(
                    request,
                    response,
                    HttpStatus.INSUFFICIENT_STORAGE,
                    ProblemCode.STORAGE_FULL,
                    String.valueOf(e.getMessage()));
            return;
        }
        try (room) {
            request.setAttribute(ROOM, room);
            chain.doFilter(request, response);
        }
    }

    private static boolean isMultipart(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null && type.regionMatches(true, 0, "multipart/", 0, "multipart/".length());
    }

    private static final class Limited extends HttpServletRequestWrapper {

        private final DataSize limit;

        Limited(HttpServletRequest request, DataSize limit) {
            super(request);
            this.limit = limit;
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return new Counting(super.getInputStream(), limit);
        }
    }

    private static final class Counting extends ServletInputStream {

        private final ServletInputStream in;
        private final DataSize limit;
        private long count;

        Counting(ServletInputStream in, DataSize limit) {
            this.in = in;
            this.limit = limit;
        }

        @Override
        public int read() throws IOException {
            int value = in.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            count(Math.max(read, 0));
            return read;
        }

        private void count(int bytes) throws BodyTooLargeException {
            count += bytes;
            if (count > limit.toBytes()) {
                throw new BodyTooLargeException(limit);
            }
        }

        @Override
        public boolean isFinished() {
            return in.isFinished();
        }

        @Override
        public boolean isReady() {
            return in.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            in.setReadListener(listener);
        }
    }
}

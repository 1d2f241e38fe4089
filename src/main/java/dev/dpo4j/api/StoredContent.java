package dev.dpo4j.api;

import java.io.InputStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.AbstractResource;

/** Stored bytes of known length, as Spring MVC streams them; it can be read more than once, so ranges work. */
final class StoredContent extends AbstractResource {

    private final String description;
    private final long length;
    private final Supplier<InputStream> content;

    StoredContent(String description, long length, Supplier<InputStream> content) {
        this.description = description;
        this.length = length;
        this.content = content;
    }

    @Override
    public boolean exists() {
        return true;
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public String getDescription() {
        return description;
    }

    @Override
    public InputStream getInputStream() {
        return content.get();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}

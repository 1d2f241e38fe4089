package dev.dpo4j.blob;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Where the embedded database lives.
 *
 * @param directory the folder of its file
 * @param blobs where the bytes of new blobs go; null: to files where the database is one itself, into the database otherwise
 * @param fileCache files with copies of blobs, on the nodes of a server database
 * @param reserve disk space that blobs may not use, so that a full disk still leaves room to say so
 */
@ConfigurationProperties("dpo4j.storage")
record StorageProperties(
        Path directory,
        @Nullable BlobPlace blobs,
        FileCache fileCache,
        @DefaultValue("64MB") DataSize reserve) {

    /**
     * Copies of blobs in files.
     *
     * @param directory holds them, and nothing else
     * @param size how many bytes of them to keep; 0: none
     */
    record FileCache(Path directory, @DefaultValue("10GB") DataSize size) {}
}

package dev.dpo4j;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What disks do to blobs behind the service's back, wherever their bytes are.
 *
 * @param sql the service's database
 * @param folder of blobs in files
 */
public record BlobDamage(JdbcClient sql, Path folder) {

    public static BlobDamage of(JdbcClient sql, Environment service) {
        return new BlobDamage(
                sql,
                Path.of(service.getRequiredProperty("dpo4j.storage.directory")).resolve("blobs"));
    }

    /** Changes some bytes, in the second part where there are several. */
    public void change(String blob) {
        Optional<Path> file = file(blob);
        if (file.isEmpty()) {
            requireOne(sql.sql("""
                            update blob_part set content = cast('00' as bytea) where blob_id = :blob
                            and sequence = (select least(1, max(sequence)) from blob_part where blob_id = :blob)""").param("blob", blob).update());
            return;
        }
        try {
            byte[] bytes = Files.readAllBytes(file.get());
            bytes[bytes.length - 1] ^= 1;
            Files.write(file.get(), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Loses the beginning, or all. */
    public void lose(String blob) {
        Optional<Path> file = file(blob);
        if (file.isEmpty()) {
            requireOne(sql.sql("delete from blob_part where blob_id = ? and sequence = 0")
                    .param(blob)
                    .update());
            return;
        }
        try {
            Files.delete(file.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the whole folder of files away. */
    public void unmount() {
        move(folder, unmounted());
    }

    /** Brings it back. */
    public void mount() {
        move(unmounted(), folder);
    }

    private Path unmounted() {
        return folder.resolveSibling("unmounted");
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Path> file(String blob) {
        return sql.sql("select sha256 from blob_manifest where id = ? and in_file")
                .param(blob)
                .query(String.class)
                .optional()
                .map(folder::resolve);
    }

    private static void requireOne(int rows) {
        if (rows != 1) {
            throw new IllegalStateException(rows + " parts were changed");
        }
    }
}

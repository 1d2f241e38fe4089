package dev.dpo4j.api;

import dev.dpo4j.dataset.Page;
import dev.dpo4j.dataset.UploadedFile;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of the list of files, as OpenAI's API shows it. */
record FileList(
        @Schema(allowableValues = "list") String object,
        List<FileObject> data,
        @Nullable String firstId,
        @Nullable String lastId,
        boolean hasMore) {

    static FileList of(Page<UploadedFile> page) {
        List<FileObject> data = page.items().stream().map(FileObject::of).toList();
        return new FileList(
                "list",
                data,
                data.isEmpty() ? null : data.getFirst().id(),
                data.isEmpty() ? null : data.getLast().id(),
                page.hasMore());
    }
}

package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.util.unit.DataSize;
import org.springframework.web.multipart.MultipartException;

class HomeFullTest {

    @Test
    void anUploadThatFindsNoRoomInTheHomeFolderSaysWhichDiskIsFull() {
        ResponseEntity<Object> answer = new Problems(DataSize.ofMegabytes(512))
                .multipart(
                        new MultipartException("no part", new IOException("No space left on device")),
                        new MockHttpServletRequest("POST", "/v1/files"));
        assertThat(answer.getStatusCode().value()).isEqualTo(507);
        assertThat(answer.getBody()).asString().contains("STORAGE_FULL").contains("DPO4J_HOME");
    }
}

package dev.dpo4j.safetensors;

import java.io.IOException;

/** A file that is not valid safetensors, or holds what cannot be read here; the message names the file, the tensor and the reason. */
public final class SafetensorsException extends IOException {

    private static final long serialVersionUID = 1L;

    SafetensorsException(String source, String reason) {
        super(source + ": " + reason);
    }

    SafetensorsException(String source, String reason, Throwable cause) {
        super(source + ": " + reason, cause);
    }

    static SafetensorsException ofTensor(String source, String tensor, String reason) {
        return new SafetensorsException(source, "tensor \"" + tensor + "\": " + reason);
    }
}

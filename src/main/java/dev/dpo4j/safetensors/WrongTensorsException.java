package dev.dpo4j.safetensors;

import java.io.IOException;

/** Files lack tensors that are wanted of them, hold others, or hold them in other shapes; the message names them. */
public final class WrongTensorsException extends IOException {

    private static final long serialVersionUID = 1L;

    WrongTensorsException(String message) {
        super(message);
    }
}

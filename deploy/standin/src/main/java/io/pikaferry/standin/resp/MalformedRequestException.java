package io.pikaferry.standin.resp;

import java.io.IOException;

/** The peer does not speak the protocol; its connection is to be closed. */
public final class MalformedRequestException extends IOException {

    private static final long serialVersionUID = 1L;

    MalformedRequestException(String message) {
        super(message);
    }

    MalformedRequestException(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.pikaferry.worker.master.dialback;

import java.io.IOException;

/** The bytes of a binlog connection are no messages. Its text shows no payload. */
final class MalformedStreamException extends IOException {

    private static final long serialVersionUID = 1;

    MalformedStreamException(String message) {
        super(message);
    }
}

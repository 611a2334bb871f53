package io.pikaferry.worker.master;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.IOException;

/** Tells a full disk from other trouble with our own files. */
public final class DiskErrors {

    private DiskErrors() {}

    /** DISK_FULL if that is why, else INTERNAL. */
    public static FerryException coded(IOException cause, String what) {
        return new FerryException(
                isFull(cause) ? ErrorCode.DISK_FULL : ErrorCode.INTERNAL, what + ": " + cause.getMessage(), cause);
    }

    static boolean isFull(IOException cause) {
        String message = String.valueOf(cause.getMessage());
        return message.contains("No space left on device") || message.contains("Disk quota exceeded");
    }
}

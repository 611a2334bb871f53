package io.pikaferry.ctl.submission;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;

/**
 * A value as the operator wrote it.
 *
 * @param place where, as a message begins: {@code --lanes}, {@code job.yaml line 7: lanes}
 */
public record Written(String text, String place) {

    public Written {
        requireNonNull(text, "text is null");
        requireNonNull(place, "place is null");
    }

    FerryException refused(IllegalArgumentException reason) {
        return new FerryException(ErrorCode.INVALID_ARGUMENT, place + ": " + reason.getMessage(), reason);
    }
}

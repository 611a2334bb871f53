package io.pikaferry.worker.master;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Bytes;
import io.pikaferry.model.Endpoint;
import java.util.Optional;

/**
 * Where a source is and how to get in.
 *
 * @param endpoint the client port
 * @param password requirepass, if there is one; never printed
 */
public record SourceAccess(Endpoint endpoint, Optional<Bytes> password) {

    public SourceAccess {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(password, "password is null");
        if (password.isPresent() && password.get().length() == 0) {
            password = Optional.empty();
        }
    }

    public static SourceAccess withoutPassword(Endpoint endpoint) {
        return new SourceAccess(endpoint, Optional.empty());
    }

    @Override
    public String toString() {
        return endpoint + (password.isPresent() ? " (with password)" : "");
    }
}

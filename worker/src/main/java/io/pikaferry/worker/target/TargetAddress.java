package io.pikaferry.worker.target;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.Endpoint;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Where the target is and as whom to log in. Written {@code redis://[user@]host:port[/db]}, or {@code rediss://} for TLS.
 *
 * @param controlDb the database the job keeps its own keys in
 * @param password prints its length only
 */
public record TargetAddress(
        Endpoint endpoint, boolean tls, Optional<String> user, Optional<Bytes> password, int controlDb) {

    private static final int DEFAULT_PORT = 6379;

    public TargetAddress {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(user, "user is null");
        requireNonNull(password, "password is null");
        if (controlDb < 0) {
            throw new IllegalArgumentException("the target's database must not be negative, got " + controlDb);
        }
    }

    /** @throws FerryException with INVALID_ARGUMENT, or TARGET_UNSUPPORTED for a scheme we do not speak */
    public static TargetAddress parse(String uri, Optional<Bytes> password) {
        URI parsed;
        try {
            parsed = new URI(uri);
        } catch (URISyntaxException e) {
            throw invalid(uri, "is not a URI");
        }
        String scheme = parsed.getScheme() == null ? "" : parsed.getScheme();
        if (!scheme.equals("redis") && !scheme.equals("rediss")) {
            throw new FerryException(
                    ErrorCode.TARGET_UNSUPPORTED,
                    "target '%s' has scheme '%s'; known are redis:// and rediss://".formatted(uri, scheme));
        }
        if (parsed.getHost() == null) {
            throw invalid(uri, "has no host");
        }
        String userInfo = parsed.getUserInfo() == null ? "" : parsed.getUserInfo();
        if (userInfo.indexOf(':') >= 0) {
            throw new FerryException(
                    ErrorCode.INVALID_ARGUMENT, "the target URI holds a password; give it by --target-password-file");
        }
        String path = parsed.getPath() == null ? "" : parsed.getPath().replaceFirst("^/", "");
        int db;
        try {
            db = path.isEmpty() ? 0 : Integer.parseInt(path);
        } catch (NumberFormatException e) {
            throw invalid(uri, "names database '" + path + "', which is not a number");
        }
        String host = parsed.getHost().replaceAll("^\\[|]$", "");
        try {
            return new TargetAddress(
                    new Endpoint(host, parsed.getPort() < 0 ? DEFAULT_PORT : parsed.getPort()),
                    scheme.equals("rediss"),
                    userInfo.isEmpty() ? Optional.empty() : Optional.of(userInfo),
                    password,
                    db);
        } catch (IllegalArgumentException e) {
            throw invalid(uri, "is not an address: " + e.getMessage());
        }
    }

    private static FerryException invalid(String uri, String why) {
        return new FerryException(ErrorCode.INVALID_ARGUMENT, "target '" + uri + "' " + why);
    }

    @Override
    public String toString() {
        return endpoint + "/" + controlDb;
    }
}

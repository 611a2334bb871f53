package io.pikaferry.ctl.submission;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Endpoint;
import java.util.List;
import java.util.Optional;

/**
 * Where a job writes to: {@code redis://[user@]host:port[/db]}, {@code rediss://} with TLS. A password has no place in it
 * (P7), and no message repeats a text that could hold one.
 */
record TargetUri(String scheme, Optional<String> user, Endpoint endpoint, Optional<Integer> db) {

    private static final String FORM = "expected redis://[USER@]HOST:PORT[/DB]";
    private static final List<String> SCHEMES = List.of("redis", "rediss");

    TargetUri {
        requireNonNull(scheme, "scheme is null");
        requireNonNull(user, "user is null");
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(db, "db is null");
    }

    static TargetUri parse(String text) {
        int colon = text.indexOf("://");
        int at = text.lastIndexOf('@');
        if (at >= 0
                && text.substring(Math.max(0, colon + 3), Math.max(at, colon + 3))
                                .indexOf(':')
                        >= 0) {
            throw new IllegalArgumentException(
                    "a password does not belong into the URI; give it by --target-password-file"
                            + " (in a job file: target.passwordFile)");
        }
        if (text.indexOf('?') >= 0) {
            throw new IllegalArgumentException(FORM + ", without parameters");
        }
        String shown = at >= 0 ? "" : ", got '" + text + "'";
        if (colon < 0) {
            throw new IllegalArgumentException(FORM + shown);
        }
        String scheme = text.substring(0, colon);
        if (!SCHEMES.contains(scheme)) {
            throw new IllegalArgumentException(
                    FORM + ", or rediss:// for TLS; '" + scheme + "' is not known" + NearestName.hint(scheme, SCHEMES));
        }
        String place = text.substring(at >= 0 ? at + 1 : colon + 3);
        int slash = place.indexOf('/');
        String address = slash < 0 ? place : place.substring(0, slash);
        String database = slash < 0 ? "" : place.substring(slash + 1);
        Optional<String> user = at >= 0 ? Optional.of(text.substring(colon + 3, at)) : Optional.empty();
        if (user.filter(name -> !name.matches("[^/?#\\s]+")).isPresent() || !database.matches("[0-9]{0,5}")) {
            throw new IllegalArgumentException(FORM + shown);
        }
        Optional<Integer> db = database.isEmpty() ? Optional.empty() : Optional.of(Integer.parseInt(database));
        return new TargetUri(scheme, user, Endpoint.parse(address), db);
    }

    @Override
    public String toString() {
        return scheme + "://" + user.map(name -> name + "@").orElse("") + endpoint
                + db.map(number -> "/" + number).orElse("");
    }
}

package io.pikaferry.coordinator.job;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Endpoint;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a job writes to: {@code redis://[user@]host[:port][/db]}, or {@code rediss://} for TLS. Never holds a
 * password: that is given apart and kept apart (P7).
 */
public record TargetUri(boolean tls, Optional<String> user, Endpoint address, int db) {

    private static final int DEFAULT_PORT = 6379;
    private static final Pattern FORM =
            Pattern.compile("(rediss?)://(?:([^@/]*)@)?(\\[[^\\]]+\\]|[^:/@\\[\\]]+)(?::(\\d+))?(?:/(\\d*))?");
    private static final String EXPECTED = "expected redis://[user@]host[:port][/db] or rediss://…";

    public TargetUri {
        requireNonNull(user, "user is null");
        requireNonNull(address, "address is null");
        if (db < 0) {
            throw new IllegalArgumentException("target database must not be negative, got " + db);
        }
    }

    public static TargetUri parse(String text) {
        Matcher uri = FORM.matcher(text);
        if (!uri.matches()) {
            // what was typed may hold a password
            throw new IllegalArgumentException(
                    text.indexOf('@') >= 0 ? "target: " + EXPECTED : "target: " + EXPECTED + ", got '" + text + "'");
        }
        Optional<String> user = Optional.ofNullable(uri.group(2)).filter(name -> !name.isEmpty());
        if (user.isPresent() && user.get().indexOf(':') >= 0) {
            throw new IllegalArgumentException("target: a password does not belong into the URI; give it apart");
        }
        String host = uri.group(3).replaceAll("[\\[\\]]", "");
        return new TargetUri(
                uri.group(1).equals("rediss"),
                user,
                new Endpoint(host, number("port", uri.group(4), DEFAULT_PORT)),
                number("database", uri.group(5), 0));
    }

    private static int number(String what, String digits, int otherwise) {
        if (digits == null || digits.isEmpty()) {
            return otherwise;
        }
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("target: %s %s is out of range".formatted(what, digits), e);
        }
    }

    /** Canonical: equal targets print alike. */
    @Override
    public String toString() {
        return (tls ? "rediss://" : "redis://") + user.map(name -> name + "@").orElse("") + address + "/" + db;
    }
}

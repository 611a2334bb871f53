package io.pikaferry.worker.routing;

import static java.util.Objects.requireNonNull;

import io.pikaferry.worker.master.PikaVersion;
import java.util.Locale;
import java.util.Optional;

/**
 * What is done with one command of the releases from one to another.
 *
 * @param name in lower case
 * @param since the first release that has it so
 * @param before the first release that has it otherwise; empty: there is none
 * @param arity number of arguments with the name; negative: at least so many
 * @param loggedAs how it stands in the binlog; {@code raw}: as the client sent it
 * @param repeatable whether it may be applied to a target that has its effect already
 */
public record CommandRow(
        String name,
        PikaVersion since,
        Optional<PikaVersion> before,
        int arity,
        Keys keys,
        String loggedAs,
        Treatment treatment,
        boolean repeatable) {

    public CommandRow {
        requireNonNull(since, "since is null");
        requireNonNull(keys, "keys is null");
        requireNonNull(loggedAs, "loggedAs is null");
        requireNonNull(treatment, "treatment is null");
        if (name.isEmpty() || !name.equals(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("a command's name in lower case, not '" + name + "'");
        }
        if (before.isPresent() && before.get().compareTo(since) <= 0) {
            throw new IllegalArgumentException(name + " since " + since + " and before " + before.get());
        }
    }

    boolean isOf(PikaVersion version) {
        return version.compareTo(since) >= 0 && (before.isEmpty() || version.compareTo(before.get()) < 0);
    }

    boolean takes(int arguments) {
        return arity >= 0 ? arguments == arity : arguments >= -arity;
    }

    /** The name as people write it. */
    public String title() {
        return name.toUpperCase(Locale.ROOT);
    }

    /** As in {@code from 3.0.8, before 3.5.5}. */
    public String versions() {
        return "from " + since + before.map(version -> ", before " + version).orElse("");
    }

    CommandRow from(String version) {
        return new CommandRow(name, PikaVersion.parse(version), before, arity, keys, loggedAs, treatment, repeatable);
    }

    CommandRow until(String firstOther) {
        return new CommandRow(
                name, since, Optional.of(PikaVersion.parse(firstOther)), arity, keys, loggedAs, treatment, repeatable);
    }

    CommandRow logged(String form) {
        return new CommandRow(name, since, before, arity, keys, form, treatment, repeatable);
    }

    CommandRow once() {
        return new CommandRow(name, since, before, arity, keys, loggedAs, treatment, false);
    }
}

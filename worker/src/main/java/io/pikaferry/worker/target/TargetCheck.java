package io.pikaferry.worker.target;

import static io.pikaferry.worker.target.TargetKeys.ascii;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What has to be known of a target before a job writes to it. */
public final class TargetCheck {

    private static final Pattern VERSION = Pattern.compile("redis_version:(\\d+)\\.(\\d+)");
    private static final byte[] SELECT = ascii("SELECT");

    private final TargetLink control;
    private final TargetAddress target;

    /** @param control a connection of the job's own */
    public TargetCheck(TargetLink control, TargetAddress target) {
        this.control = requireNonNull(control, "control is null");
        this.target = requireNonNull(target, "target is null");
    }

    /**
     * What the target's version can do.
     *
     * @param setTakesPxat from 6.2
     * @param xsetidTakesCounts from 7.0
     * @param countsErrors whether a script may ask how many errors there were, from 6.2
     */
    public record Abilities(boolean setTakesPxat, boolean xsetidTakesCounts, boolean countsErrors) {}

    /** @throws FerryException TARGET_UNSUPPORTED for a cluster node */
    public Abilities abilities() {
        Object reply = control.call(ascii("INFO"), ascii("all"));
        if (reply instanceof TargetError error) {
            if (error.code().blame() == ErrorCode.Blame.ENVIRONMENT || error.code() == ErrorCode.TARGET_AUTH) {
                throw error.asException(target, "INFO");
            }
            return new Abilities(false, false, false); // not allowed to ask: take nothing for granted
        }
        String info = new String((byte[]) reply, UTF_8);
        if (info.contains("cluster_enabled:1")) {
            throw new FerryException(
                    ErrorCode.TARGET_UNSUPPORTED,
                    "target %s is a node of a Redis Cluster, which this version cannot write to".formatted(target));
        }
        Matcher version = VERSION.matcher(info);
        int number =
                version.find() ? Integer.parseInt(version.group(1)) * 1000 + Integer.parseInt(version.group(2)) : 0;
        return new Abilities(number >= 6002, number >= 7000, number >= 6002 && scriptsMayAsk());
    }

    private boolean scriptsMayAsk() {
        Object reply = control.call(
                ascii("EVAL"), ascii("return #redis.sha1hex(redis.call('INFO','errorstats'))"), ascii("0"));
        return reply instanceof Long length && length > 0;
    }

    /** A SELECT that fails in the middle of a transaction would send data to the wrong database: so each is tried before. */
    public void requireSelectable(Set<Integer> databases) {
        for (int db : databases) {
            Object reply = control.call(SELECT, ascii(Integer.toString(db)));
            if (reply instanceof TargetError error) {
                throw new FerryException(
                        error.code() == ErrorCode.TARGET_REJECTED_COMMAND ? ErrorCode.INVALID_ARGUMENT : error.code(),
                        "target %s has no database %d: %s; map the source's databases to those it has"
                                .formatted(target, db, error.message()));
            }
        }
        backToControl();
    }

    /** How many keys of others stand in the databases; what jobs keep for themselves does not count. */
    public long foreignKeys(Set<Integer> databases) {
        long foreign = 0;
        for (int db : databases) {
            select(db);
            foreign += (Long) checked(control.call(ascii("DBSIZE")), "DBSIZE")
                    - ownKeys().size();
        }
        backToControl();
        return foreign;
    }

    /** Whether other jobs keep their marks in one of the databases too. */
    public boolean sharedWithOtherJobs(Set<Integer> databases, JobId job) {
        String ours = TargetKeys.PREFIX + "{" + job + "}:";
        boolean shared = false;
        for (int db : databases) {
            select(db);
            shared |= ownKeys().stream().anyMatch(key -> !key.startsWith(ours));
        }
        backToControl();
        return shared;
    }

    private List<String> ownKeys() {
        List<String> own = new java.util.ArrayList<>();
        byte[] cursor = ascii("0");
        do {
            List<?> page = (List<?>) checked(
                    control.call(
                            ascii("SCAN"),
                            cursor,
                            ascii("MATCH"),
                            ascii(TargetKeys.PREFIX + "{*"),
                            ascii("COUNT"),
                            ascii("10000")),
                    "SCAN");
            cursor = (byte[]) page.get(0);
            ((List<?>) page.get(1)).forEach(key -> own.add(new String((byte[]) key, UTF_8)));
        } while (!(cursor.length == 1 && cursor[0] == '0'));
        return own.stream().distinct().toList();
    }

    private void select(int db) {
        checked(control.call(SELECT, ascii(Integer.toString(db))), "SELECT " + db);
    }

    private void backToControl() {
        select(target.controlDb());
    }

    private Object checked(Object reply, String doing) {
        if (reply instanceof TargetError error) {
            throw error.asException(target, doing);
        }
        return reply;
    }
}

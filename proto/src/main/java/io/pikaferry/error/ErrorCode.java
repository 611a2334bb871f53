package io.pikaferry.error;

import java.util.Arrays;
import java.util.Optional;

/**
 * Everything that can go wrong, once. The number never changes; the blame decides what happens next:
 * the gRPC status, ferryctl's exit code, whether a worker retries and whether somebody is paged.
 *
 * <p>1xxx the operator's requests and our own processes, 20xx reaching source and target, 21xx the
 * source's data, 22xx the target, 23xx what goes to a job's error ledger, 9xxx bugs.
 */
public enum ErrorCode {
    JOB_NOT_FOUND(1001, Blame.OPERATOR, "see ferryctl job list"),
    JOB_EXISTS(1002, Blame.OPERATOR, "choose another name, submit the same spec, or delete the job first"),
    ILLEGAL_TRANSITION(1003, Blame.OPERATOR, "see ferryctl job describe for the job's state"),
    INVALID_ARGUMENT(1004, Blame.OPERATOR, "correct what the message names"),
    UNKNOWN_CONFIG_KEY(1005, Blame.OPERATOR, "correct the key; the message names the nearest known one"),
    WORKER_NOT_FOUND(1006, Blame.OPERATOR, "see ferryctl worker list"),
    SECRET_UNREADABLE(1007, Blame.OPERATOR, "give every coordinator the same secret key file"),
    CANNOT_LISTEN(1008, Blame.OPERATOR, "choose another address or port, or end what holds it"),
    NOT_AUTHORISED(1009, Blame.OPERATOR, "use credentials that the coordinator accepts"),
    DATA_DIRECTORY_UNUSABLE(
            1010, Blame.OPERATOR, "choose another directory, correct its permissions, or end what uses it"),
    CONCURRENT_UPDATE(1101, Blame.NOBODY, "repeat"),
    STALE_EPOCH(1102, Blame.NOBODY, "nothing: the job is at another worker"),
    NOT_LEADER(1103, Blame.NOBODY, "ask the leader"),
    STALE_CHECKPOINT(1104, Blame.NOBODY, "nothing: a newer checkpoint is kept"),
    ZOOKEEPER_UNREACHABLE(1201, Blame.ENVIRONMENT, "check the ZooKeeper ensemble and the --zookeeper addresses"),
    NO_COORDINATOR(1202, Blame.ENVIRONMENT, "start a coordinator, or check the --coordinators addresses"),
    DISK_FULL(1203, Blame.ENVIRONMENT, "free space in the worker's --data-dir; the job goes on by itself"),
    RSYNC_MISSING(1204, Blame.ENVIRONMENT, "install the rsync program on the worker's machine"),
    PORT_RANGE_EXHAUSTED(1205, Blame.ENVIRONMENT, "widen --port-base, or end what holds the ports"),
    TIMED_OUT(1206, Blame.ENVIRONMENT, "look at the state, then repeat, with a longer --timeout if need be"),
    NO_WORKER(1207, Blame.ENVIRONMENT, "start a worker, or uncordon one; the job starts by itself"),
    FULL_SYNC_WAITS(1208, Blame.NOBODY, "nothing: it takes its snapshot when another of that host is done"),

    SOURCE_UNREACHABLE(2001, Blame.ENVIRONMENT, "retried; check the network and the master"),
    TARGET_UNREACHABLE(2002, Blame.ENVIRONMENT, "retried; check the network and the target"),
    UNKNOWN_HOST(2003, Blame.OPERATOR, "correct the host name, then resume the job"),
    SOURCE_AUTH(2004, Blame.OPERATOR, "submit again with the right source password (requirepass), then resume the job"),
    SOURCE_VERSION_UNSUPPORTED(2005, Blame.OPERATOR, "see the list of Pika lines in the documentation"),
    SOURCE_WITHOUT_BINLOG(2006, Blame.OPERATOR, "CONFIG SET write-binlog yes on the source, then resume the job"),
    SOURCE_BUSY(2007, Blame.ENVIRONMENT, "retried; the master still holds our previous session, for a minute at most"),
    SOURCE_PROTOCOL(2008, Blame.ENVIRONMENT, "retried; see the message for what the master said"),
    SOURCE_REFUSED(2009, Blame.DATA, "see the message for what the master said, then resume the job"),
    SNAPSHOT_INCOMPLETE(
            2101, Blame.ENVIRONMENT, "retried; check the master's log and its disk for a failed dump or rsync"),
    SNAPSHOT_CORRUPT(2102, Blame.DATA, "check the master's disk; resume the job with --full-sync force"),
    SNAPSHOT_TIMEOUT(2103, Blame.ENVIRONMENT, "retried; check that the master reaches the worker's ports (rsync)"),
    BINLOG_PURGED(2107, Blame.DATA, "resume the job with --full-sync force; raise expire-logs-nums on the source"),
    BINLOG_CORRUPT(2108, Blame.DATA, "check the master's disk; resume the job with --full-sync force"),
    BINLOG_GAP(2109, Blame.ENVIRONMENT, "retried from the last confirmed position; nothing is lost"),
    SOURCE_WENT_BACK(2110, Blame.DATA, "the source lost writes or is another instance; resume with --full-sync force"),
    FULL_SYNC_NOT_ALLOWED(2111, Blame.OPERATOR, "resume the job with --full-sync force if a new snapshot is wanted"),

    TARGET_REJECTED_COMMAND(2201, Blame.DATA, "see ferryctl job errors"),
    TARGET_AUTH(2203, Blame.OPERATOR, "submit again with the right target user and password, then resume the job"),
    TARGET_NOT_EMPTY(2204, Blame.OPERATOR, "empty the target, or submit with --on-existing-keys overwrite"),
    TARGET_READ_ONLY(2205, Blame.ENVIRONMENT, "retried; the target is a replica: point the job at its master"),
    TARGET_OUT_OF_MEMORY(2206, Blame.ENVIRONMENT, "retried; raise maxmemory on the target"),
    TARGET_NOT_READY(2207, Blame.ENVIRONMENT, "retried; the target is loading, busy or failing over"),
    TARGET_MARKS_LOST(
            2208,
            Blame.DATA,
            "the target lost the job's marks (FLUSHALL, wrong or empty target); resume with --full-sync force"),
    TARGET_UNSUPPORTED(2209, Blame.OPERATOR, "see the list of targets in the documentation"),
    TARGET_NO_PERMISSION(2210, Blame.OPERATOR, "grant the target's user what the message names, then resume the job"),
    LANES_CHANGED(2211, Blame.OPERATOR, "submit with the number of lanes that the target's marks name"),

    TYPE_CONFLICT(2301, Blame.DATA, "one name has several types at the source; rename one, or reconcile"),
    NOT_DETERMINISTIC(2302, Blame.DATA, "the source's log does not say what the command did; reconcile the key"),
    UNKNOWN_COMMAND(2303, Blame.DATA, "the command is not known to be applicable to the target"),
    NOT_REPRESENTABLE(2304, Blame.DATA, "Redis has no equal of this value"),
    KEY_DESTROYED(2305, Blame.DATA, "the source's own storage lost the key's name (Pika 4.0, NUL in a key)"),
    VALUE_LOST(
            2306, Blame.DATA, "the source's log does not hold the value (Pika 3.5.5/4.0.1, APPEND); reconcile the key"),

    INTERNAL(9001, Blame.US, "report it, with the log");

    /** Who has to act. */
    public enum Blame {
        /** The request was wrong; repeating it cannot help. */
        OPERATOR,
        /** A race was lost; read again and repeat. */
        NOBODY,
        /** Network, disk, a server that is down; retry with back-off. */
        ENVIRONMENT,
        /** The data cannot be migrated as it is; the job is blocked and says why. */
        DATA,
        /** A bug. */
        US,
    }

    private final int number;
    private final Blame blame;
    private final String remedy;

    ErrorCode(int number, Blame blame, String remedy) {
        this.number = number;
        this.blame = blame;
        this.remedy = remedy;
    }

    /** As people see it and search for it: {@code FERRY-2107}. */
    public String id() {
        return "FERRY-" + number;
    }

    public Blame blame() {
        return blame;
    }

    public String remedy() {
        return remedy;
    }

    /** The code of that id, in any case, with or without {@code FERRY-}. */
    public static Optional<ErrorCode> find(String id) {
        String digits = id.trim().toUpperCase(java.util.Locale.ROOT).replaceFirst("^FERRY-", "");
        return Arrays.stream(values())
                .filter(code -> Integer.toString(code.number).equals(digits))
                .findFirst();
    }
}

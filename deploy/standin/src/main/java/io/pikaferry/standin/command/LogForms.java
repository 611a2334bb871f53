package io.pikaferry.standin.command;

import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;

/** How releases execute and log their commands: spec/replication.md §7.2 as questions. */
final class LogForms {

    /** How INCR, INCRBY, INCRBYFLOAT and, but for the last, DECR are logged. */
    enum Counter {
        AS_TYPED,
        AS_SET,
        /** {@code pksetexat k 0 value}; DECR as typed. */
        AS_PKSETEXAT_WITHOUT_TIME,
        /** {@code pksetexat k time value}; DECR as typed. */
        AS_PKSETEXAT
    }

    enum Setnx {
        AS_TYPED,
        /** {@code set} if it set, nothing if not. */
        AS_SET_IF_SET,
        /** {@code setnx}, whether it set or not. */
        ALWAYS_SETNX
    }

    enum Mset {
        AS_TYPED,
        /** Several {@code set} arrays in one item. */
        SETS_IN_ONE_ITEM,
        /** One item a key. */
        ONE_SET_EACH
    }

    private final PikaVersion version;

    LogForms(PikaVersion version) {
        this.version = version;
    }

    Counter counter() {
        if (version.generation() == Generation.A) {
            return version.atLeast(2, 3, 0) && !version.atLeast(2, 3, 8) ? Counter.AS_SET : Counter.AS_TYPED;
        }
        if (between(3, 0, 0, 3, 0, 13) || between(3, 1, 0, 3, 2, 4)) {
            return Counter.AS_SET;
        }
        if (version.atLeast(4, 0, 1)) {
            return Counter.AS_PKSETEXAT;
        }
        return between(3, 5, 5, 4, 0, 0) ? Counter.AS_PKSETEXAT_WITHOUT_TIME : Counter.AS_TYPED;
    }

    Setnx setnx() {
        if (!version.atLeast(2, 3, 0)) {
            return Setnx.AS_TYPED;
        }
        return version.atLeast(3, 3, 6) ? Setnx.ALWAYS_SETNX : Setnx.AS_SET_IF_SET;
    }

    Mset mset() {
        if (!version.atLeast(2, 3, 0) || between(3, 0, 5, 3, 5, 0)) {
            return Mset.AS_TYPED;
        }
        return version.atLeast(3, 5, 0) ? Mset.ONE_SET_EACH : Mset.SETS_IN_ONE_ITEM;
    }

    /** SETEX, PSETEX and SET with EX or PX become {@code pksetexat}. */
    boolean relativeExpiryBecomesAbsolute() {
        return version.atLeast(3, 0, 8);
    }

    /** PSETEX and PEXPIRE are logged in milliseconds. */
    boolean knowsMilliseconds() {
        return version.atLeast(4, 0, 1);
    }

    boolean expireBecomesExpireat() {
        return version.atLeast(2, 3, 0);
    }

    /** SPOP is logged as the SREM of what it took. */
    boolean spopBecomesSrem() {
        return version.atLeast(3, 5, 4);
    }

    /** SUNION, SINTER and SDIFF pass for writes. */
    boolean logsReadsOfSeveralSets() {
        return version.atLeast(4, 0, 1);
    }

    /** DEL of several keys is logged key by key; *STORE, BITOP, PFMERGE, RPOPLPUSH, SMOVE by their results. */
    boolean logsResults() {
        return version.atLeast(3, 5, 0);
    }

    /** The destination of *STORE keeps its time to live. */
    boolean storeKeepsExpiry() {
        return version.generation() == Generation.A;
    }

    /** RPOPLPUSH takes the time to live of the list it takes from. */
    boolean moveClearsExpiry() {
        return version.generation() == Generation.A;
    }

    private boolean between(int fromMajor, int fromMinor, int fromPatch, int major, int minor, int patch) {
        return version.atLeast(fromMajor, fromMinor, fromPatch) && !version.atLeast(major, minor, patch);
    }
}

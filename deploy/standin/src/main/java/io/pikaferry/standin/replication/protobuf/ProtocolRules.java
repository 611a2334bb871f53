package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.replication.protobuf.message.StatusCode;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.time.Duration;

/** What differs between the releases that speak the protobuf protocol (spec/replication.md §3.2). */
final class ProtocolRules {

    private final PikaVersion version;

    ProtocolRules(PikaVersion version) {
        this.version = version;
    }

    /** Items that may be sent without being acknowledged, where it is not configured. */
    int fixedWindow() {
        return 3000;
    }

    boolean windowIsConfigured() {
        return version.atLeast(3, 2, 7);
    }

    Duration pingAfter() {
        return Duration.ofSeconds(version.atLeast(3, 3, 0) ? 2 : 10);
    }

    /** No pings while items are unacknowledged. */
    boolean pingsOnlyWhenAcknowledged() {
        return version.atLeast(3, 3, 4);
    }

    StatusCode alreadyExistCode() {
        return version.atLeast(3, 3, 4) ? StatusCode.kOther : StatusCode.kError;
    }

    /** An offset within an item is refused, not moved on to the next one. */
    boolean checksItemBoundary() {
        return version.atLeast(3, 2, 3);
    }

    boolean refusalNamesDatabase() {
        return version.atLeast(3, 2, 0);
    }

    /** Positions carry the item's term and index. */
    boolean sendsTermAndIndex() {
        return version.atLeast(3, 3, 0);
    }

    /** TrySync and DBSync make the connection the one to be sent to; before, only MetaSync did. */
    boolean trySyncTakesOverConnection() {
        return version.atLeast(3, 2, 0);
    }

    boolean closesOnWrongSession() {
        return !version.atLeast(3, 2, 0);
    }

    String unknownDatabaseReply() {
        return version.atLeast(3, 5, 0) ? "DB not found" : "Partition not found";
    }

    /** Slots other than 0 are not looked at. */
    boolean ignoresSlot() {
        return version.atLeast(3, 5, 0);
    }

    /** Slaves that are being given a dump keep all binlogs. */
    boolean dumpsProtectBinlogs() {
        return version.atLeast(3, 5, 0);
    }

    boolean sendsRunId() {
        return version.atLeast(3, 5, 0);
    }

    boolean sendsReplicationId() {
        return version.atLeast(3, 5, 1);
    }

    boolean sendsInstances() {
        return version.generation() == Generation.E;
    }
}

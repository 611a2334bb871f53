package io.pikaferry.worker.master.protobuf;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.StatusCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a master told us when we registered as its slave by MetaSync (replication.md §3.2.2).
 *
 * @param partitions every stream that the master has, in order
 * @param slots how many slots a database is cut into in sharding mode, else 1
 * @param sharded whether dumps lie one directory deeper, by slot
 * @param identity of the data set, from 3.5.1 on
 * @param instances RocksDB instances per database, in 4.0
 */
record Registration(
        Map<StreamId, Partition> partitions, int slots, boolean sharded, Optional<String> identity, int instances) {

    /** Beyond every log: who asks to go on from there is told where the log ends, and registered for nothing. */
    static final BinlogPosition BEYOND_EVERYTHING = new BinlogPosition(0xffff_ffffL, 0);

    /** 3.1 in sharding mode has one that is called {@code default}. */
    private static final Pattern DB_NAME = Pattern.compile("db(\\d{1,4})|default");

    private static final int MAX_SLOTS = 65_536;
    private static final long RETRY_MILLIS = 1000;

    /**
     * Registers. The master refuses while it holds an earlier session under our name, until it notices that the old
     * connection is gone. It would take our further requests nevertheless, but end what they begin when it closes the
     * old connection; so we wait.
     *
     * @throws FerryException SOURCE_AUTH, SOURCE_BUSY, SOURCE_REFUSED …
     */
    static Registration register(
            MasterLink link, String master, PikaVersion version, Optional<Bytes> password, Patience patience)
            throws InterruptedException {
        long until = System.nanoTime() + patience.registration().toNanos();
        InnerResponse reply = link.ask(link.requests().metaSync(password));
        while (reply.getCode() != StatusCode.OK) {
            if (!reply.getReply().contains("AlreadyExist")) {
                throw refused(master, reply);
            }
            if (System.nanoTime() > until) {
                throw new FerryException(
                        ErrorCode.SOURCE_BUSY, "%s still holds an earlier session under our name".formatted(master));
            }
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            reply = link.ask(link.requests().metaSync(password));
        }
        return of(link, master, version, reply.getMetaSync());
    }

    private static Registration of(MasterLink link, String master, PikaVersion version, InnerResponse.MetaSync meta)
            throws InterruptedException {
        // Even if there is one slot; from 3.5 on the word is still there, but there are no slots.
        boolean sharded = !meta.getClassicMode() && version.below(3, 5, 0);
        Map<StreamId, Partition> partitions = new LinkedHashMap<>();
        int slots = 1;
        int instances = 0;
        for (InnerResponse.MetaSync.DBInfo db : meta.getDbsInfoList()) {
            Matcher name = DB_NAME.matcher(db.getDbName());
            if (!name.matches() || db.getSlotNum() < 1 || db.getSlotNum() > MAX_SLOTS) {
                throw new FerryException(
                        ErrorCode.SOURCE_PROTOCOL,
                        "%s announces a database '%s' of %d slots".formatted(master, db.getDbName(), db.getSlotNum()));
            }
            int number = name.group(1) == null ? 0 : Integer.parseInt(name.group(1));
            instances = Math.max(instances, db.getDbInstanceNum());
            if (!sharded) {
                add(link, partitions, new Partition(new StreamId(number, 0), db.getDbName()));
                continue;
            }
            slots = Math.max(slots, db.getSlotNum());
            for (int slot = 0; slot < db.getSlotNum(); slot++) {
                Partition partition = new Partition(new StreamId(number, slot), db.getDbName());
                link.know(partition);
                if (isHere(link, partition)) {
                    add(link, partitions, partition);
                }
            }
        }
        if (partitions.isEmpty()) {
            throw new FerryException(ErrorCode.SOURCE_REFUSED, "%s has no database".formatted(master));
        }
        Optional<String> identity = Optional.of(meta.getReplicationId()).filter(id -> !id.isBlank());
        return new Registration(partitions, slots, sharded, identity, instances);
    }

    private static void add(MasterLink link, Map<StreamId, Partition> partitions, Partition partition) {
        link.know(partition);
        partitions.put(partition.stream(), partition);
    }

    /** In sharding mode a database's slots are spread over several masters. */
    private static boolean isHere(MasterLink link, Partition partition) throws InterruptedException {
        InnerResponse reply = link.ask(link.requests().trySync(partition.slot(), BEYOND_EVERYTHING), partition);
        return reply.getCode() == StatusCode.OK;
    }

    private static FerryException refused(String master, InnerResponse reply) {
        if (reply.getReply().contains("auth")) { // "Auth with master error, Invalid masterauth"
            return new FerryException(ErrorCode.SOURCE_AUTH, "%s refused the password of a slave".formatted(master));
        }
        return new FerryException(
                ErrorCode.SOURCE_REFUSED, "%s does not take us as its slave: %s".formatted(master, reply.getReply()));
    }
}

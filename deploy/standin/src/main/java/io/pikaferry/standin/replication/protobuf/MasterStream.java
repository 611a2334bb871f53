package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.BinlogCursor;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.database.Database;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.replication.protobuf.message.Partition;
import io.pikaferry.standin.settings.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The binlog of one database, in sharding mode of a slot, and the slaves it is sent to. Safe for use by many threads. */
final class MasterStream {

    private static final Logger log = LoggerFactory.getLogger(MasterStream.class);

    private final Database database;
    private final Partition partition;
    private final int windowCapacity;
    private final ProtocolRules rules;
    private final Outbox outbox;
    private final Ticker ticker;
    private final Faults faults;
    private final Map<NodeId, SlaveNode> slaves = new LinkedHashMap<>();
    private int nextSession;

    MasterStream(
            Database database, int windowCapacity, ProtocolRules rules, Outbox outbox, Ticker ticker, Faults faults) {
        this.database = database;
        this.windowCapacity = windowCapacity;
        this.rules = rules;
        this.outbox = outbox;
        this.ticker = ticker;
        this.faults = faults;
        partition = Partition.newBuilder()
                .setTableName(database.name())
                .setPartitionId(database.slot())
                .build();
    }

    Binlog binlog() {
        return database.binlog();
    }

    /** The slave's session; a new one if it has none. Returns whether it is new. */
    synchronized boolean admit(NodeId node) {
        if (slaves.containsKey(node)) {
            return false;
        }
        slaves.put(node, new SlaveNode(node, nextSession++, windowCapacity, ticker));
        return true;
    }

    synchronized int session(NodeId node) {
        return slaves.get(node).session();
    }

    synchronized boolean hasSession(NodeId node, int session) {
        return slaves.containsKey(node) && slaves.get(node).session() == session;
    }

    synchronized void heardFrom(NodeId node) {
        slaves.get(node).heard();
    }

    synchronized void beginDump(NodeId node) {
        slaves.get(node).beginDump();
    }

    /** Whether the slave can be sent items from there. */
    synchronized boolean beginItems(NodeId node, Position from) throws IOException {
        SlaveNode slave = slaves.get(node);
        if (!slave.beginItems(binlog(), from)) {
            return false;
        }
        outbox.add(slave, partition, slave.readMore(faults));
        return true;
    }

    synchronized void acknowledge(NodeId node, Position first, Position last)
            throws UnknownPositionException, IOException {
        SlaveNode slave = slaves.get(node);
        slave.acknowledge(first, last);
        outbox.add(slave, partition, slave.readMore(faults));
    }

    synchronized void remove(NodeId node) {
        SlaveNode gone = slaves.remove(node);
        if (gone != null) {
            try {
                gone.close();
            } catch (IOException e) {
                log.debug("cannot close the binlog", e);
            }
        }
    }

    /** Sends more to slaves that have acknowledged all; whoever's log is unreadable is dropped. */
    synchronized void sendMore() {
        for (SlaveNode slave : List.copyOf(slaves.values())) {
            if (slave.hasAllAcknowledged()) {
                try {
                    List<BinlogCursor.Item> items = slave.readMore(faults);
                    if (!items.isEmpty()) {
                        outbox.add(slave, partition, items);
                    }
                } catch (IOException e) {
                    log.warn("{} cannot be sent to {}", database.name(), slave.id(), e);
                    remove(slave.id());
                }
            }
        }
    }

    /** Drops slaves that were silent too long and pings the idle ones. */
    synchronized void keepAlive(Duration silence, Duration idle, Connections connections) {
        for (SlaveNode slave : List.copyOf(slaves.values())) {
            if (slave.silentNanos() > silence.toNanos()) {
                remove(slave.id());
                outbox.drop(slave.id());
            } else if (slave.idleNanos() > idle.toNanos()
                    && (slave.hasAllAcknowledged() || !rules.pingsOnlyWhenAcknowledged())) {
                slave.pinged();
                connections.of(slave.id()).ifPresent(connection -> connection.send(outbox.ping(slave, partition)));
            }
        }
    }

    /** Whether no slave needs the file any more. */
    synchronized boolean allBeyond(long file) {
        return slaves.values().stream().noneMatch(slave -> needs(slave, file));
    }

    private boolean needs(SlaveNode slave, long file) {
        return switch (slave.state()) {
            case NOTHING -> false;
            case DUMP -> rules.dumpsProtectBinlogs();
            case ITEMS -> file >= slave.acknowledged().file();
        };
    }

    synchronized Optional<Position> sentTo(NodeId node) {
        return Optional.ofNullable(slaves.get(node)).map(SlaveNode::sent);
    }
}

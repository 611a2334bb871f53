package io.pikaferry.worker.simulation;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.ReceivedSnapshot;
import io.pikaferry.worker.master.ReplicationSession;
import io.pikaferry.worker.master.SourceInfo;
import io.pikaferry.worker.master.TransferProgress;
import io.pikaferry.worker.reconcile.KeyReader;
import io.pikaferry.worker.sender.SourceCopy.Write;
import io.pikaferry.worker.simulation.Keyspace.Entry;
import io.pikaferry.worker.simulation.Source.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A conversation of a process with the source. */
final class SimulatedMaster implements Master {

    /** Looking for items more often would only cost time: nothing else happens while nothing can. */
    private static final long SHORTEST_WAIT_MILLIS = 200;

    private final World world;
    private final SourceInfo info;
    private final Random random;
    private boolean broken;
    private Optional<Session> session = Optional.empty();

    SimulatedMaster(World world, SourceInfo info, Random random) {
        this.world = world;
        this.info = info;
        this.random = random;
    }

    /** The network between it and the worker goes. */
    void breakOff() {
        broken = true;
    }

    private void passing(String where) {
        world.pass(where);
        if (broken) {
            throw new FerryException(ErrorCode.SOURCE_UNREACHABLE, "source: broken");
        }
    }

    @Override
    public SourceInfo info() {
        return info;
    }

    @Override
    public Map<StreamId, BinlogPosition> producerPositions() {
        passing("ask for the ends");
        Map<StreamId, BinlogPosition> ends = world.source().ends();
        return ends;
    }

    @Override
    public ReceivedSnapshot takeSnapshot(Path directory, TransferProgress progress) {
        progress.waitingForDump();
        passing("ask for a snapshot");
        String name = world.dump();
        passing("snapshot made");
        Map<StreamId, Path> directories = new TreeMap<>();
        for (StreamId stream : info.streams()) {
            Path home = directory.resolve("db" + stream.db());
            try {
                Files.createDirectories(home);
                Files.write(home.resolve("info"), name.getBytes(US_ASCII));
                Files.setLastModifiedTime(
                        home.resolve("info"), FileTime.from(world.schedule().nowMillis(), TimeUnit.MILLISECONDS));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            directories.put(stream, home);
            passing("received a file");
        }
        return new ReceivedSnapshot(directories, world.dump(name).positions());
    }

    @Override
    public ReplicationSession follow(Map<StreamId, BinlogPosition> from) {
        passing("follow");
        Session begun = new Session(from);
        session = Optional.of(begun);
        return begun;
    }

    @Override
    public void close() {
        session.ifPresent(Session::close);
    }

    private final class Session implements ReplicationSession {

        private final Map<StreamId, Integer> next = new TreeMap<>();
        private boolean closed;

        Session(Map<StreamId, BinlogPosition> from) {
            from.forEach((stream, position) -> {
                List<BinlogItem> items = world.source().log(stream).items;
                int index = 0;
                while (index < items.size() && !items.get(index).end().isAfter(position)) {
                    index++;
                }
                next.put(stream, index);
            });
        }

        private List<StreamId> having() {
            List<StreamId> having = new ArrayList<>();
            next.forEach((stream, index) -> {
                if (index < world.source().log(stream).items.size()) {
                    having.add(stream);
                }
            });
            return having;
        }

        @Override
        public Optional<BinlogItem> next(Duration wait) throws InterruptedException {
            world.schedule()
                    .await(
                            () -> broken || closed || !having().isEmpty(),
                            Math.max(SHORTEST_WAIT_MILLIS, wait.toMillis()));
            if (broken || closed) {
                throw new FerryException(ErrorCode.SOURCE_UNREACHABLE, "source: broken");
            }
            List<StreamId> having = having();
            if (having.isEmpty()) {
                return Optional.empty();
            }
            StreamId stream = having.get(random.nextInt(having.size()));
            BinlogItem item = world.source().log(stream).items.get(next.merge(stream, 1, Integer::sum) - 1);
            passing("item");
            return Optional.of(item);
        }

        @Override
        public void confirm(StreamId stream, BinlogPosition end) {
            world.confirmed(stream, end);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** Reads keys of it by commands, one after the other, while others write. */
    static KeyReader keyReader(World world) {
        return new KeyReader() {
            @Override
            public Optional<Found> read(int db, Bytes key) {
                String name = new String(key.array(), java.nio.charset.StandardCharsets.ISO_8859_1);
                Log log = world.source().logs().get(db);
                world.pass("read the first half of a key");
                world.source().now(world.schedule().nowMillis());
                Optional<Entry> first = Optional.ofNullable(log.entry(name));
                if (first.isEmpty()) {
                    return Optional.of(new Found(List.of(), 0));
                }
                world.pass("read the second half of a key");
                Optional<Entry> second = Optional.ofNullable(log.entry(name));
                List<Write> writes = new ArrayList<>();
                Content.halves(first.get())[0].ifPresent(
                        command -> writes.add(new Write(Content.command(command, name))));
                second.flatMap(entry -> Content.halves(entry)[1])
                        .ifPresent(command -> writes.add(new Write(Content.command(command, name))));
                world.pass("read the expiry of a key");
                world.source().now(world.schedule().nowMillis());
                Optional<Entry> last = Optional.ofNullable(log.entry(name));
                long expiredAt = first.get().expireAt();
                if (expiredAt != 0 && expiredAt <= world.schedule().nowMillis()) {
                    return Optional.empty();
                }
                return Optional.of(
                        last.isEmpty() || writes.isEmpty()
                                ? new Found(List.of(), 0)
                                : new Found(writes, last.get().expireAt()));
            }

            @Override
            public void close() {}
        };
    }
}

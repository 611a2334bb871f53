package io.pikaferry.worker.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Endpoint;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.ledger.LedgerEntry;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.master.SourceInfo;
import io.pikaferry.worker.pace.Limits;
import io.pikaferry.worker.pipeline.Assignment;
import io.pikaferry.worker.pipeline.JobEnvironment;
import io.pikaferry.worker.pipeline.JobRun;
import io.pikaferry.worker.pipeline.JobSettings;
import io.pikaferry.worker.pipeline.JobStatus.StreamStatus;
import io.pikaferry.worker.pipeline.RunningJobs;
import io.pikaferry.worker.pipeline.Stages;
import io.pikaferry.worker.sender.Refused;
import io.pikaferry.worker.sender.SenderConfig;
import io.pikaferry.worker.simulation.Keyspace.Entry;
import io.pikaferry.worker.simulation.Schedule.Process;
import io.pikaferry.worker.simulation.Source.Log;
import io.pikaferry.worker.snapshot.SnapshotChunk;
import io.pikaferry.worker.snapshot.SnapshotScan;
import io.pikaferry.worker.snapshot.SnapshotSink;
import io.pikaferry.worker.target.TargetAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A job from its submission to the equality of source and target, with what goes wrong on the way. Workers, source, target, and
 * whoever gives the job from one worker to the next, all in one place and in one order.
 */
final class World {

    /** Between executing and logging. */
    private static final int MOST_LATE_MILLIS = 900;

    private static final JobId JOB = new JobId("simulated");
    private static final long BEGIN_MILLIS = 1_700_000_000_123L;
    private static final int EVENTS_SHOWN = Integer.getInteger("pikaferry.simulation.events", 60);
    private static final long REPORT_MILLIS = 700;

    /** An expiry is held back when it is nearer than 15 s; outages shorter than that must do no harm. */
    private static final long LONGEST_OUTAGE_MILLIS = 7_000;

    /** What the last writes set in motion can go wrong too. */
    private static final long FAULTS_AFTER_MILLIS = 1_000;

    private static final long PATIENCE_MILLIS = 90_000;

    /** The operator's limit on some of the jobs. */
    private static final long SOME_PER_SECOND = 300;

    private final Plan plan;
    private final Path disks;
    private final Random random;
    private final Schedule schedule;
    private final Source source;
    private final Workload workload;
    private final Target target;
    private final Invariants invariants;
    private final JobSettings settings;
    private final SourceInfo info;
    private final boolean blurred;
    private final Map<String, Dump> dumps = new HashMap<>();
    private final Deque<String> events = new ArrayDeque<>();
    private final List<SimulatedMaster> conversations = new ArrayList<>();
    private final Set<String> ledger = new HashSet<>();
    private final Map<StreamId, BinlogPosition> checkpoint = new TreeMap<>();
    private Node holder;
    private long epoch;
    private long trace;
    private int nodes;
    private int written;
    private int boundaries;
    private int faults;
    private boolean repliesLost;
    private long lastWriteAt = Long.MAX_VALUE;
    private long outageSince = Long.MIN_VALUE;

    /** A source, for what makes them different here. */
    enum Line {
        /** One binlog. */
        CLASSIC(new PikaVersion(3, 0, 16), Generation.B),
        /** A binlog for each database. */
        DATABASES(new PikaVersion(3, 2, 5), Generation.C),
        /** The same, and a dump may hold the effect of items that come after its position. */
        BLURRED(new PikaVersion(3, 4, 0), Generation.C);

        private final PikaVersion version;
        private final Generation generation;

        Line(PikaVersion version, Generation generation) {
            this.version = version;
            this.generation = generation;
        }
    }

    /**
     * What of a job is decided beforehand; all the rest is drawn from the seed.
     *
     * @param writes by clients of the source; a third of them before the job begins
     */
    record Plan(long seed, Line line, int lanes, int writes, FaultPlan faults) {}

    /** Which faults happen where. */
    interface FaultPlan {
        /** @return what happens at that boundary, if anything */
        Optional<Fault> at(int boundary);
    }

    /**
     * How it went.
     *
     * @param trace of all events, in their order
     */
    record Outcome(int boundaries, int faults, int epochs, long trace) {}

    record Dump(Map<StreamId, BinlogPosition> positions, Map<StreamId, Keyspace> content, long takenAt) {}

    /** A worker, on a disk. */
    private record Node(Process process, RunningJobs jobs, Path disk) {}

    World(Plan plan, Path disks) {
        this.plan = plan;
        this.disks = disks;
        this.random = new Random(plan.seed());
        this.schedule = new Schedule(new Random(random.nextLong()), BEGIN_MILLIS);
        boolean classic = plan.line() == Line.CLASSIC;
        boolean apart = classic && random.nextBoolean();
        int streams = classic ? 1 : 2;
        int lanes = plan.lanes();
        this.blurred = plan.line() == Line.BLURRED;
        this.source = new Source(new Random(random.nextLong()), streams, lanes, blurred);
        this.workload = new Workload(new Random(random.nextLong()), !classic);
        this.info = new SourceInfo(plan.line().version, plan.line().generation, source.streams(), 1, Optional.empty());
        TargetAddress address = TargetAddress.parse("redis://target:6379" + (apart ? "/1" : ""), Optional.empty());
        this.settings = new JobSettings(
                new Endpoint("source", 9221),
                Optional.empty(),
                address,
                JobSettings.FullSync.AUTO,
                lanes,
                JobSettings.OnExistingKeys.FAIL,
                JobSettings.OnError.RECORD,
                JobSettings.TypeConflict.PREFER,
                Map.of(0, 0),
                plan.seed() % 5 == 4 ? new Limits(SOME_PER_SECOND, 0, true) : Limits.NONE);
        this.invariants = new Invariants(this, source, "pikaferry:{" + JOB + "}:");
        this.target = new Target(schedule, address, this::pass, this::written, this::late, invariants::marksRead);
    }

    Schedule schedule() {
        return schedule;
    }

    Source source() {
        return source;
    }

    int targetDb(StreamId stream) {
        return settings.targetDb(stream.db());
    }

    int controlDb() {
        return settings.target().controlDb();
    }

    /** @throws AssertionError with the seed and the last events */
    Outcome run() {
        try {
            for (int i = 0; i < plan.writes() / 3; i++) {
                write();
            }
            clients();
            schedule.at(BEGIN_MILLIS, this::report);
            schedule.at(BEGIN_MILLIS, this::lookWhetherItIsOver);
            begin(disks.resolve("disk-0"));
            schedule.run();
            return new Outcome(boundaries, faults, (int) epoch, trace);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed %d, source %s, %d lanes, %d faults, epoch %d: %s%n%s"
                            .formatted(
                                    plan.seed(),
                                    info.version(),
                                    settings.lanes(),
                                    faults,
                                    epoch,
                                    e.getMessage(),
                                    String.join(System.lineSeparator(), events)),
                    e);
        }
    }

    // ------------------------------------------------------------------ clients of the source

    /** Spread over some time, most of them close to each other. */
    private void clients() {
        long at = BEGIN_MILLIS;
        for (int i = plan.writes() / 3; i < plan.writes(); i++) {
            at += switch (random.nextInt(12)) {
                case 0 -> 1_000 + random.nextInt(2_000);
                case 1 -> random.nextInt(300);
                default -> random.nextInt(4);
            };
            schedule.at(at, this::write);
        }
        lastWriteAt = at;
    }

    private void write() {
        source.now(schedule.nowMillis());
        Log log = source.logs().get(random.nextInt(source.logs().size()));
        write(log, workload.next(log));
    }

    private void write(Log log, List<String> command) {
        source.now(schedule.nowMillis(), random.nextInt(8) == 0 ? random.nextInt(MOST_LATE_MILLIS) : 0);
        source.write(log, command);
        written++;
        event("source " + log.stream + " " + log.end() + " " + String.join(" ", command));
        boolean expires = command.get(0).equals("EXPIRE") || command.get(0).equals("SETEX");
        if (expires && random.nextInt(3) == 0) {
            long at = source.log(log.stream).entry(command.get(1)) == null
                    ? 0
                    : log.entry(command.get(1)).expireAt();
            if (at > 0 && at < schedule.nowMillis() + 60_000) {
                // Around the moment at which it expires: by the clock of the target, and a second later by the
                // source's.
                long then = at - 300 + random.nextInt(1_800);
                lastWriteAt = Math.max(lastWriteAt, then);
                schedule.at(then, () -> write(log, workload.touch(command.get(1))));
            }
        }
    }

    // ------------------------------------------------------------------ dumps

    /** Makes a dump; from 3.2.6 on with the effect of some items that come after its position. */
    String dump() {
        Map<StreamId, BinlogPosition> positions = new TreeMap<>();
        Map<StreamId, Keyspace> content = new TreeMap<>();
        for (Log log : source.logs()) {
            positions.put(log.stream, log.end());
            if (blurred) {
                for (int i = random.nextInt(3); i > 0; i--) {
                    write(log, workload.next(log));
                }
            }
            invariants.doubt(log.stream, positions.get(log.stream), log.end());
            content.put(log.stream, log.data().copy());
        }
        String name = "dump-" + dumps.size();
        dumps.put(name, new Dump(positions, content, schedule.nowMillis()));
        return name;
    }

    Dump dump(String name) {
        return dumps.get(name);
    }

    /** Of every stream two units. */
    private SnapshotScan scan() {
        return (directories, asOfSeconds, destination, progress) -> {
            long keys = 0;
            for (Map.Entry<StreamId, Path> directory : new TreeMap<>(directories).entrySet()) {
                Dump dump = dump(text(directory.getValue().resolve("info")));
                for (int half = 0; half < 2; half++) {
                    String unit = directory.getKey() + "/" + half;
                    Optional<SnapshotScan.Summary> before = destination.broughtOver(unit);
                    if (before.isPresent()) {
                        event("unit " + unit + " is there");
                        keys += before.get().keys();
                    } else {
                        SnapshotSink sink = destination.sink(unit);
                        long some = load(directory.getKey(), dump, half, sink);
                        sink.finished(new SnapshotScan.Summary(some, some, 0));
                        keys += some;
                    }
                }
            }
            return new SnapshotScan.Summary(keys, keys, 0);
        };
    }

    private long load(StreamId stream, Dump dump, int half, SnapshotSink sink) throws InterruptedException {
        long keys = 0;
        for (Map.Entry<String, Entry> key : dump.content().get(stream).raw().entrySet()) {
            boolean alive = key.getValue().expireAt() == 0 || key.getValue().expireAt() / 1000 >= dump.takenAt() / 1000;
            if (alive && Math.floorMod(key.getKey().hashCode(), 2) == half) {
                load(stream, key.getKey(), key.getValue(), sink);
                keys++;
            }
        }
        return keys;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void load(StreamId stream, String key, Entry entry, SnapshotSink sink) throws InterruptedException {
        List<String> elements = Content.elements(entry);
        int width = Content.width(entry);
        int first = elements.size() > width && random.nextBoolean() ? width : elements.size();
        chunk(stream, key, entry, elements.subList(0, first), true, first == elements.size(), sink);
        if (first < elements.size()) {
            chunk(stream, key, entry, elements.subList(first, elements.size()), false, true, sink);
        }
    }

    private void chunk(
            StreamId stream,
            String key,
            Entry entry,
            List<String> elements,
            boolean first,
            boolean last,
            SnapshotSink sink)
            throws InterruptedException {
        pass("scanned");
        sink.take(new SnapshotChunk(
                stream.db(),
                key.getBytes(ISO_8859_1),
                Content.type(entry),
                entry.expireAt(),
                first,
                last,
                Content.bytes(elements),
                List.of(),
                Optional.empty()));
    }

    // ------------------------------------------------------------------ workers

    private void begin(Path disk) {
        Process process = new Process("w" + nodes++);
        Stages stages = new Stages(
                (access, work) -> {
                    pass("dial");
                    SimulatedMaster master = new SimulatedMaster(this, info, new Random(random.nextLong()));
                    conversations.add(master);
                    return master;
                },
                (access, generation) -> SimulatedMaster.keyReader(this),
                ignored -> scan(),
                ignored -> target.links(process),
                ignored -> new SenderConfig(
                        settings.lanes(),
                        1 + random.nextInt(8),
                        random.nextBoolean() ? 300 : 1 << 20,
                        random.nextBoolean() ? 1_500 : 1 << 20));
        RunningJobs jobs = new RunningJobs(stages, new JobEnvironment(disk, clock(), schedule.threadsOf(process)));
        holder = new Node(process, jobs, disk);
        long given = ++epoch;
        jobs.onEnd(run -> ended(process, given, run));
        event("epoch " + given + " at " + process + " on " + disk.getFileName() + " from " + checkpoint);
        jobs.assign(new Assignment(JOB, given, settings, checkpoint, false));
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(schedule.nowMillis());
            }
        };
    }

    private void ended(Process process, long given, JobRun run) {
        if (schedule.isOver() || process.isKilled()) {
            return;
        }
        collect(run);
        event("epoch " + given + " ended: " + run.outcome());
        if (run.outcome() instanceof JobRun.Outcome.Blocked blocked) {
            schedule.fail(new AssertionError("blocked: " + blocked.why().getMessage(), blocked.why()));
        } else if (given == epoch) {
            schedule.fail(new AssertionError("the holder gave the job back"));
        }
    }

    /** What a heartbeat says. */
    private void report() {
        if (!holder.process().isKilled() && !holder.process().isStopped()) {
            for (JobRun run : holder.jobs().all()) {
                collect(run);
                run.grantSnapshot(); // nobody else wants to
                for (StreamStatus stream : run.status().streams()) {
                    invariants.confirmed(stream.stream(), stream.confirmed());
                    BinlogPosition before = checkpoint.put(stream.stream(), stream.confirmed());
                    if (!stream.confirmed().equals(before)) {
                        event("checkpoint " + checkpoint);
                    }
                }
            }
        }
        schedule.after(REPORT_MILLIS, this::report);
    }

    private void collect(JobRun run) {
        for (LedgerEntry entry : run.ledger().unreported()) {
            Refused what = entry.what();
            ledger.add(what.stream() + " "
                    + what.position().map(BinlogPosition::toString).orElse("load"));
            String key = new String(what.key().array(), ISO_8859_1);
            if (!key.equals("w")) {
                schedule.fail(new AssertionError("P5: refused: " + what.code() + " " + key + " " + what.message()));
            }
        }
    }

    // ------------------------------------------------------------------ what goes wrong

    void pass(String where) {
        pass(where, null);
    }

    private void pass(String where, Target.Connection connection) {
        if (!schedule.process().isKilled() && !schedule.isOver()) {
            boundaries++;
            event(schedule.thread() + ": " + where + (connection == null ? "" : " " + connection.shown()));
            plan.faults().at(boundaries).filter(fault -> mayFail()).ifPresent(fault -> {
                faults++;
                event("FAULT " + fault);
                happen(fault, connection);
            });
        }
        schedule.pass();
    }

    /** Not when all is over but for the waiting; and an outage is not made longer than what is promised. */
    private boolean mayFail() {
        long now = schedule.nowMillis();
        if (now > lastWriteAt + FAULTS_AFTER_MILLIS) {
            return false;
        }
        if (now - outageSince > LONGEST_OUTAGE_MILLIS && outageSince != Long.MIN_VALUE) {
            if (!caughtUp()) {
                return false;
            }
            outageSince = Long.MIN_VALUE;
        }
        if (outageSince == Long.MIN_VALUE) {
            outageSince = now;
        }
        return true;
    }

    private boolean caughtUp() {
        return !holder.process().isKilled()
                && !holder.process().isStopped()
                && !target.isDown()
                && invariants.settled(target);
    }

    private void happen(Fault fault, Target.Connection connection) {
        Process process = schedule.process();
        switch (fault) {
            case KILL, KILL_AND_MOVE -> {
                repliesLost = true;
                process.kill();
                List.copyOf(target.connections()).stream()
                        .filter(each -> each.process() == process)
                        .forEach(each -> each.breakOff(random.nextInt(3) > 0));
                if (process == holder.process()) {
                    Path disk = fault == Fault.KILL ? holder.disk() : disks.resolve("disk-" + nodes);
                    schedule.after(200 + random.nextInt(2_800), () -> begin(disk));
                }
            }
            case STOP -> {
                repliesLost = true;
                process.stop();
                boolean lost = process == holder.process() && random.nextInt(4) > 0;
                long handOver = 1_000 + random.nextInt(2_000);
                if (lost) {
                    Path disk = disks.resolve("disk-" + nodes);
                    schedule.after(handOver, () -> begin(disk));
                }
                schedule.after(lost ? handOver + random.nextInt(2_000) : random.nextInt(2_000), process::goOn);
            }
            case CUT_BEFORE, CUT_AFTER -> {
                repliesLost = true;
                List<Target.Connection> ours = target.connections().stream()
                        .filter(each -> each.process() == process)
                        .toList();
                if (connection != null && ours.contains(connection)) {
                    connection.breakOff(fault == Fault.CUT_AFTER);
                } else if (!ours.isEmpty()) {
                    ours.get(random.nextInt(ours.size())).breakOff(fault == Fault.CUT_AFTER);
                }
            }
            case CUT_SOURCE -> {
                repliesLost = true; // of what lanes had sent when the try ended
                conversations.forEach(SimulatedMaster::breakOff);
                conversations.clear();
            }
            case RESTART_TARGET, SET_BACK_TARGET -> {
                if (target.isDown()) {
                    return;
                }
                repliesLost = true;
                target.goDown();
                int lost = fault == Fault.RESTART_TARGET ? 0 : 1 + random.nextInt(12);
                schedule.after(random.nextInt(1_500), () -> {
                    target.comeUp(lost, "pikaferry:{" + JOB + "}:ckpt", controlDb());
                    invariants.targetSetBack();
                });
            }
            case OUT_OF_MEMORY -> refuse("OOM command not allowed when used memory > 'maxmemory'.");
            case READ_ONLY -> refuse("READONLY You can't write against a read only replica.");
            case LOADING -> refuse("LOADING Redis is loading the dataset in memory");
        }
    }

    private void refuse(String error) {
        target.refuseWith(Optional.of(error));
        schedule.after(random.nextInt(1_500), () -> target.refuseWith(Optional.empty()));
    }

    /** What was sent on a connection that broke at the sender's end arrives at some time, or is lost with the connection. */
    private void late(Target.Connection connection) {
        schedule.after(random.nextInt(3_000), () -> {
            if (connection.hasWaiting()) {
                event("late: " + connection.shown());
                connection.executeLate();
            }
        });
    }

    private void written() {
        holds(() -> invariants.written(target));
    }

    /** The target has confirmed everything of the stream up to there, it says. */
    void confirmed(StreamId stream, BinlogPosition end) {
        holds(() -> invariants.confirmed(stream, end));
    }

    /** What is found first counts, not what comes of it in the threads. */
    private void holds(Runnable check) {
        try {
            check.run();
        } catch (AssertionError e) {
            schedule.fail(e);
            throw e;
        }
    }

    // ------------------------------------------------------------------ the end

    private void lookWhetherItIsOver() {
        long now = schedule.nowMillis();
        if (now > lastWriteAt + 2 * FAULTS_AFTER_MILLIS && invariants.settled(target) && invariants.released(target)) {
            report();
            invariants.atTheEnd(target);
            if (!repliesLost && !blurred) {
                everyRefusalIsInTheLedger();
            }
            schedule.end();
        } else if (now > lastWriteAt + PATIENCE_MILLIS) {
            throw new AssertionError("it does not come to an end: settled " + invariants.settled(target) + ", released "
                    + invariants.released(target) + schedule.standing());
        }
        schedule.after(500, this::lookWhetherItIsOver);
    }

    private void everyRefusalIsInTheLedger() {
        for (Log log : source.logs()) {
            BinlogPosition loaded = dumps.values().stream()
                    .map(dump -> dump.positions().get(log.stream))
                    .max(BinlogPosition::compareTo)
                    .orElseThrow();
            for (BinlogPosition refused : log.refused) {
                if (refused.isAfter(loaded) && !ledger.contains(log.stream + " " + refused)) {
                    throw new AssertionError("P5: no ledger entry for " + refused + " of " + log.stream);
                }
            }
        }
    }

    /** The last ones. */
    List<String> events() {
        return List.copyOf(events);
    }

    private void event(String what) {
        trace = 31 * (31 * trace + schedule.nowMillis()) + what.hashCode();
        events.addLast((schedule.nowMillis() - BEGIN_MILLIS) + " " + what);
        if (events.size() > EVENTS_SHOWN) {
            events.removeFirst();
        }
    }
}

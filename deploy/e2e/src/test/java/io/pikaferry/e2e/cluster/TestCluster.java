package io.pikaferry.e2e.cluster;

import io.pikaferry.ctl.connection.CoordinatorConnection;
import io.pikaferry.ctl.connection.NettyDial;
import io.pikaferry.ctl.connection.Time;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import io.pikaferry.proto.v1.ClusterView;
import io.pikaferry.proto.v1.CoordinatorView;
import io.pikaferry.proto.v1.Event;
import io.pikaferry.proto.v1.GetClusterRequest;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.JobsGrpc.JobsBlockingStub;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.ResumeJobRequest;
import io.pikaferry.proto.v1.SetJobRequest;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.StreamProgress;
import io.pikaferry.proto.v1.SubmitJobRequest;
import io.pikaferry.proto.v1.Target;
import io.pikaferry.proto.v1.WorkerView;
import io.pikaferry.standin.StandinMaster;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.database.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Coordinators and workers as processes of their own, and what a scenario says about them. One coordinator carries its
 * own ZooKeeper, several share one. Everything ends with {@link #close}. Safe for use by many threads, one at a time.
 */
public final class TestCluster implements AutoCloseable {

    /** Slow machines may be given more by {@code -De2e.patience=3}; each test has its timeout all the same. */
    public static final int PATIENCE_FACTOR = Integer.getInteger("e2e.patience", 1);

    private static final Duration PATIENCE = Duration.ofSeconds(60).multipliedBy(PATIENCE_FACTOR);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int PORTS_OF_A_WORKER = 20;
    private static final String WORKER_OPTIONS = "PIKAFERRY_WORKER_OPTS";

    private final ClusterPlan plan;
    private final Path directory;
    private final Map<String, Endpoint> coordinators = new LinkedHashMap<>();
    private final Map<String, Relay> relays = new LinkedHashMap<>();
    private final Map<String, Integer> workerPorts = new LinkedHashMap<>();
    private final Map<String, Program> programs = new ConcurrentHashMap<>();
    private Optional<ZooKeepers> zookeeper = Optional.empty();
    private Optional<CoordinatorConnection> connection = Optional.empty();

    private TestCluster(ClusterPlan plan) {
        this.plan = plan;
        this.directory = plan.directory();
    }

    /** Coordinators c1…, workers w1…; returns when all workers are connected. */
    public static TestCluster start(Path directory, int coordinators, int workers) {
        return ClusterPlan.of(directory, coordinators, workers).start();
    }

    static TestCluster start(ClusterPlan plan) {
        TestCluster cluster = new TestCluster(plan);
        try {
            cluster.startAll();
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private void startAll() {
        for (int i = 1; i <= plan.coordinators(); i++) {
            Endpoint endpoint = new Endpoint("127.0.0.1", Ports.free());
            coordinators.put("c" + i, endpoint);
            if (plan.throughRelays()) {
                relays.put("c" + i, Relay.to(endpoint.port()));
            }
        }
        if (plan.zookeepers() > 0) {
            zookeeper = Optional.of(ZooKeepers.start(directory.resolve("zookeeper"), plan.zookeepers()));
        }
        coordinators.keySet().forEach(this::startCoordinator);
        for (int i = 1; i <= plan.workers(); i++) {
            startWorker("w" + i);
        }
        awaitWorkers(plan.workers());
    }

    public void startCoordinator(String id) {
        Map<String, String> settings = new LinkedHashMap<>(plan.coordinatorSettings());
        Optional.ofNullable(relays.get(id)).ifPresent(relay -> settings.put("advertise", relay.address()));
        List<String> arguments = new ArrayList<>(List.of(
                "--id",
                id,
                "--listen",
                coordinators.get(id).toString(),
                "--config",
                configOf(id, settings).toString()));
        if (zookeeper.isPresent()) {
            arguments.addAll(List.of("--zookeeper", zookeeper.get().addressFor(id)));
            arguments.addAll(
                    List.of("--secret-key-file", directory.resolve("secret.key").toString()));
        } else {
            arguments.addAll(List.of(
                    "--embedded-zookeeper", directory.resolve("zookeeper").toString()));
        }
        programs.put(id, Program.ferry("pikaferry-coordinator", logOf(id), arguments));
    }

    private Path configOf(String id, Map<String, String> settings) {
        try {
            return Files.write(
                    directory.resolve(id + ".properties"),
                    settings.entrySet().stream()
                            .map(setting -> setting.getKey() + " = " + setting.getValue())
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Started again it has the ports and the directory that it had. */
    public void startWorker(String id) {
        startWorker(id, directory.resolve(id));
    }

    public void startWorker(String id, Path dataDirectory) {
        int port;
        synchronized (workerPorts) {
            port = workerPorts.computeIfAbsent(id, name -> Ports.bases(PORTS_OF_A_WORKER));
        }
        String addressesForWorkers = relays.isEmpty()
                ? addresses()
                : relays.values().stream().map(Relay::address).collect(Collectors.joining(","));
        programs.put(
                id,
                Program.ferry(
                        "pikaferry-worker",
                        logOf(id),
                        List.of(
                                "--id",
                                id,
                                "--coordinators",
                                addressesForWorkers,
                                "--data-dir",
                                dataDirectory.toString(),
                                "--config",
                                configOf(id, plan.workerSettings()).toString(),
                                "--advertise",
                                "127.0.0.1",
                                "--port-base",
                                port + "-" + (port + PORTS_OF_A_WORKER - 1)),
                        Map.of(WORKER_OPTIONS, workerOptions())));
    }

    private String workerOptions() {
        return (System.getenv().getOrDefault(WORKER_OPTIONS, "") + " " + plan.workerOptions()).trim();
    }

    /** What stands between workers and that coordinator, if the plan says so. */
    public Relay relayOf(String coordinator) {
        return relays.get(coordinator);
    }

    public ZooKeepers zooKeepers() {
        return zookeeper.orElseThrow();
    }

    /** The bases that the worker has for its jobs' fake slaves. */
    public List<Integer> portsOf(String worker) {
        int first = workerPorts.get(worker);
        return IntStream.range(first, first + PORTS_OF_A_WORKER).boxed().toList();
    }

    /** Runs ferryctl until it ends. */
    public Program ferryctl(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--coordinators", addresses()));
        all.addAll(List.of(arguments));
        return run("ferryctl", directory.resolve("ferryctl.log"), all);
    }

    /** Runs a program of deploy/bin that is not meant to stay. */
    public static Program run(String name, Path log, List<String> arguments) {
        Program program = Program.ferry(name, log, arguments);
        program.awaitExit();
        return program;
    }

    private Path logOf(String id) {
        return directory.resolve(id + ".log");
    }

    /** As {@code --coordinators} takes them. */
    public String addresses() {
        return coordinators.values().stream().map(Endpoint::toString).collect(Collectors.joining(","));
    }

    /** The process of that id: c1, w1 … */
    public Program program(String id) {
        return programs.get(id);
    }

    private <T> T ask(Function<CoordinatorConnection, T> question) {
        synchronized (coordinators) {
            if (connection.isEmpty()) {
                connection = Optional.of(new CoordinatorConnection(
                        List.copyOf(coordinators.values()), PATIENCE, true, new NettyDial(), Time.system()));
            }
            return question.apply(connection.get());
        }
    }

    private <T> T askOfJobs(Function<JobsBlockingStub, T> question) {
        return ask(leader -> leader.jobs(question));
    }

    // ------------------------------------------------------------------ jobs

    /** A job's specification with the defaults that an operator gets. */
    public static JobSpec.Builder job(String name, StandinMaster source, Redis target) {
        return JobSpec.newBuilder()
                .setName(name)
                .setSource(Source.newBuilder()
                        .setHost(source.address().getHostString())
                        .setPort(source.address().getPort()))
                .setTarget(Target.newBuilder().setUri(target.uri()));
    }

    public void submit(JobSpec.Builder spec) {
        submit(SubmitJobRequest.newBuilder().setSpec(spec));
    }

    public void submit(SubmitJobRequest.Builder request) {
        askOfJobs(jobs -> jobs.submitJob(request.build()));
    }

    public JobView status(String job) {
        return askOfJobs(jobs -> jobs.getJob(named(job)));
    }

    public void pause(String job) {
        askOfJobs(jobs -> jobs.pauseJob(named(job)));
    }

    public void resume(String job) {
        askOfJobs(jobs ->
                jobs.resumeJob(ResumeJobRequest.newBuilder().setName(job).build()));
    }

    /** As {@code ferryctl job set JOB rate-commands=N} does. @param commandsPerSecond 0: none */
    public JobView limit(String job, long commandsPerSecond) {
        return askOfJobs(jobs -> jobs.setJob(SetJobRequest.newBuilder()
                .setName(job)
                .setCommandsPerSecond(commandsPerSecond)
                .build()));
    }

    /** As {@code ferryctl job resume --full-sync force} does. */
    public void resumeWithFullSync(String job) {
        askOfJobs(jobs -> jobs.resumeJob(ResumeJobRequest.newBuilder()
                .setName(job)
                .setForceFullSync(true)
                .build()));
    }

    /** Stops it and forgets it. */
    public void delete(String job) {
        askOfJobs(jobs -> jobs.stopJob(named(job)));
        await(job, view -> view.getState() == ObservedState.STOPPED);
        askOfJobs(jobs -> jobs.deleteJob(named(job)));
    }

    public List<LedgerEntry> errors(String job) {
        return askOfJobs(jobs -> jobs.listErrors(named(job))).getErrorsList();
    }

    public List<Event> events(String job) {
        return askOfJobs(jobs -> jobs.listEvents(named(job))).getEventsList();
    }

    private static JobRequest named(String job) {
        return JobRequest.newBuilder().setName(job).build();
    }

    /** Waits until the job is like that; else fails with what the job and the programs said last. */
    public JobView await(String job, Predicate<JobView> wanted) {
        JobView[] last = {JobView.getDefaultInstance()};
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .until(() -> {
                        last[0] = status(job);
                        return wanted.test(last[0]);
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "job %s did not come to what was waited for; it is%n%s%n%s".formatted(job, last[0], logs()), e);
        }
        return last[0];
    }

    public JobView awaitTail(String job) {
        return await(job, TestCluster::isInTail);
    }

    /** In its tail, and at another worker than that. */
    public JobView awaitTailAwayFrom(String job, String worker) {
        return await(job, view -> isInTail(view) && !view.getWorker().equals(worker));
    }

    private static boolean isInTail(JobView view) {
        return view.getState() == ObservedState.RUNNING && view.getProgress().getPhase() == Phase.TAIL;
    }

    public JobView awaitBlocked(String job, ErrorCode code) {
        return await(
                job,
                view -> view.getState() == ObservedState.BLOCKED
                        && view.getReason().getCode().equals(code.id()));
    }

    /** It goes on by itself, and shows what it is retrying. */
    public JobView awaitRetrying(String job, ErrorCode code) {
        return await(job, view -> view.getProgress().getRetrying().getCode().equals(code.id()));
    }

    /** Everything that the source has logged is at the target, and nothing is left to be done about it. */
    public JobView awaitCaughtUp(String job, StandinMaster source) {
        Map<String, Position> ends = new TreeMap<>();
        for (Database database : source.databases()) {
            ends.put(database.name() + "." + database.slot(), database.binlog().end());
        }
        return await(job, view -> isCaughtUp(view, ends));
    }

    private static boolean isCaughtUp(JobView view, Map<String, Position> ends) {
        return view.getState() == ObservedState.RUNNING
                && view.getProgress().getPhase() == Phase.TAIL
                && view.getProgress().getStreamsCount() == ends.size()
                && view.getProgress().getStreamsList().stream().allMatch(stream -> isAt(stream, ends))
                && view.getProgress().getHeldExpiries() == 0
                && view.getProgress().getDirtyKeys() == 0;
    }

    private static boolean isAt(StreamProgress stream, Map<String, Position> ends) {
        Position end = ends.get("db" + stream.getDb() + "." + stream.getSlot());
        return end != null
                && stream.getPosition().getFilenum() == end.file()
                && stream.getPosition().getOffset() == end.offset();
    }

    // ------------------------------------------------------------------ coordinators and workers

    public ClusterView cluster() {
        return ask(leader -> leader.cluster(cluster -> cluster.getCluster(GetClusterRequest.getDefaultInstance())));
    }

    public String leader() {
        return cluster().getCoordinatorsList().stream()
                .filter(CoordinatorView::getLeading)
                .map(CoordinatorView::getId)
                .findFirst()
                .orElseThrow();
    }

    /** Waits until somebody but that one leads. */
    public void awaitOtherLeader(String than) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(POLL)
                .ignoreException(FerryException.class)
                .until(() -> !leader().equals(than));
    }

    public void awaitWorkers(int count) {
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .ignoreException(FerryException.class)
                    .until(() -> cluster().getWorkersList().stream()
                                    .filter(TestCluster::isConnected)
                                    .count()
                            == count);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("not all workers came\n" + logs(), e);
        }
    }

    private static boolean isConnected(WorkerView worker) {
        return worker.getState().equals("connected");
    }

    /** Kills the worker that has the job with -9. */
    public String killWorkerOf(String job) {
        String worker = status(job).getWorker();
        program(worker).kill();
        return worker;
    }

    public String logs() {
        return Stream.of(programs.keySet().toArray(String[]::new))
                .map(id -> "---- " + id + "\n" + lastLines(program(id).output()))
                .collect(Collectors.joining("\n"));
    }

    private static String lastLines(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    @Override
    public void close() {
        connection.ifPresent(CoordinatorConnection::close);
        // all at once: a worker that leaves wants a coordinator's answer
        programs.forEach((id, program) -> {
            if (id.startsWith("w")) {
                program.beginToEnd();
            }
        });
        programs.forEach((id, program) -> {
            if (id.startsWith("w")) {
                program.close();
            }
        });
        programs.values().forEach(Program::close);
        zookeeper.ifPresent(ZooKeepers::close);
        relays.values().forEach(Relay::close);
    }
}

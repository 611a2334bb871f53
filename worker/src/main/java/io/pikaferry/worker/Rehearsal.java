package io.pikaferry.worker;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.pikaferry.proto.v1.Acknowledge;
import io.pikaferry.proto.v1.Assign;
import io.pikaferry.proto.v1.CoordinatorMessage;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.Target;
import io.pikaferry.proto.v1.Welcome;
import io.pikaferry.proto.v1.WorkerMessage;
import io.pikaferry.proto.v1.WorkersGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * Starts a worker, plays the coordinator that gives it a job without source and target, and loads every class of ours, at build
 * time, so that they can be kept in a class-data archive. Nothing but the time that a worker takes to start depends on it.
 */
final class Rehearsal {

    private static final int SECONDS = 20;
    private static final int HEARTBEATS = 2;

    private Rehearsal() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("pikaferry-rehearsal");
        Leader leader = new Leader();
        Server coordinator = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(leader)
                .build()
                .start();
        Thread worker = new Thread(() -> {
            var unused = new CommandLine(new WorkerCommand())
                    .execute(
                            "--id=w1",
                            "--coordinators=127.0.0.1:" + coordinator.getPort(),
                            "--data-dir=" + directory,
                            "--advertise=127.0.0.1",
                            "--port-base=29990-29999");
        });
        worker.setDaemon(true);
        worker.start();
        boolean heard = leader.heartbeats.await(SECONDS, TimeUnit.SECONDS);
        loadOurClasses();
        coordinator.shutdownNow().awaitTermination();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
        // System.exit would wait until a coordinator has heard that the worker leaves
        Runtime.getRuntime().halt(heard ? 0 : 1);
    }

    /** What a job needs later is there as quickly. Of a class directory nothing is loaded: it cannot be archived. */
    private static void loadOurClasses() throws IOException {
        Path ours = Path.of(Rehearsal.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        if (!Files.isRegularFile(ours)) {
            return;
        }
        List<String> names;
        try (JarFile jar = new JarFile(ours.toFile())) {
            names = jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .toList();
        }
        for (String name : names) {
            try {
                var unused = Class.forName(name, false, Rehearsal.class.getClassLoader());
            } catch (ClassNotFoundException | LinkageError e) {
                continue; // is left out of the archive
            }
        }
    }

    private static final class Leader extends WorkersGrpc.WorkersImplBase {

        private final CountDownLatch heartbeats = new CountDownLatch(HEARTBEATS);

        @Override
        public StreamObserver<WorkerMessage> attach(StreamObserver<CoordinatorMessage> worker) {
            return new StreamObserver<>() {
                @Override
                public void onNext(WorkerMessage message) {
                    if (message.hasHello()) {
                        worker.onNext(CoordinatorMessage.newBuilder()
                                .setWelcome(Welcome.newBuilder()
                                        .setLeaseMillis(6000)
                                        .setTerm(1)
                                        .setCoordinatorId("c1"))
                                .build());
                        worker.onNext(CoordinatorMessage.newBuilder()
                                .setAssign(Assign.newBuilder()
                                        .setName("rehearsal")
                                        .setEpoch(1)
                                        .setSpec(JobSpec.newBuilder()
                                                .setName("rehearsal")
                                                .setSource(Source.newBuilder()
                                                        .setHost("127.0.0.1")
                                                        .setPort(1))
                                                .setTarget(Target.newBuilder().setUri("redis://127.0.0.1:1"))))
                                .build());
                    } else if (message.hasHeartbeat()) {
                        worker.onNext(CoordinatorMessage.newBuilder()
                                .setAcknowledge(Acknowledge.newBuilder()
                                        .setSequence(message.getHeartbeat().getSequence()))
                                .build());
                        heartbeats.countDown();
                    }
                }

                @Override
                public void onError(Throwable e) {
                    // the worker has ended
                }

                @Override
                public void onCompleted() {
                    worker.onCompleted();
                }
            };
        }
    }
}

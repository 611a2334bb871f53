package io.pikaferry.coordinator;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.pikaferry.model.Endpoint;
import io.pikaferry.proto.v1.ClusterGrpc;
import io.pikaferry.proto.v1.CoordinatorMessage;
import io.pikaferry.proto.v1.GetClusterRequest;
import io.pikaferry.proto.v1.Heartbeat;
import io.pikaferry.proto.v1.Hello;
import io.pikaferry.proto.v1.JobReport;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.JobsGrpc;
import io.pikaferry.proto.v1.ListJobsRequest;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.SubmitJobRequest;
import io.pikaferry.proto.v1.Target;
import io.pikaferry.proto.v1.WorkerMessage;
import io.pikaferry.proto.v1.WorkersGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts a coordinator, submits a job and plays the worker that is given it, at build time, so that the classes it takes can be
 * kept in a class-data archive. Nothing but the time that a coordinator takes to start depends on it.
 */
final class Rehearsal {

    private static final int SECONDS = 20;
    private static final String JOB = "rehearsal";

    private Rehearsal() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory("pikaferry-rehearsal");
        Endpoint address = new Endpoint("127.0.0.1", freePort());
        int exit = CoordinatorCommand.commandLine(config -> rehearse(config, address))
                .execute(
                        "--listen",
                        address.toString(),
                        "--embedded-zookeeper",
                        directory.resolve("zookeeper").toString());
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        System.exit(exit);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void rehearse(CoordinatorConfig config, Endpoint address) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .build();
        try (CoordinatorMain coordinator = new CoordinatorMain(config)) {
            coordinator.start();
            submit(JobsGrpc.newBlockingStub(channel));
            work(channel);
            JobsGrpc.newBlockingStub(channel).listJobs(ListJobsRequest.getDefaultInstance());
            JobsGrpc.newBlockingStub(channel)
                    .listEvents(JobRequest.newBuilder().setName(JOB).build());
            ClusterGrpc.newBlockingStub(channel).getCluster(GetClusterRequest.getDefaultInstance());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            channel.shutdownNow();
        }
    }

    private static void submit(JobsGrpc.JobsBlockingStub jobs) throws InterruptedException {
        SubmitJobRequest request = SubmitJobRequest.newBuilder()
                .setSpec(JobSpec.newBuilder()
                        .setName(JOB)
                        .setSource(Source.newBuilder().setHost("source").setPort(9221))
                        .setTarget(Target.newBuilder().setUri("redis://target:6379")))
                .build();
        for (long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS); ; TimeUnit.MILLISECONDS.sleep(20)) {
            try {
                var unused = jobs.submitJob(request);
                return;
            } catch (StatusRuntimeException e) {
                if (System.nanoTime() > until) {
                    throw e;
                }
            }
        }
    }

    /** Takes the job and reports of it once. */
    private static void work(ManagedChannel channel) throws InterruptedException {
        CountDownLatch assigned = new CountDownLatch(1);
        CountDownLatch heard = new CountDownLatch(1);
        StreamObserver<WorkerMessage> worker = WorkersGrpc.newStub(channel).attach(new StreamObserver<>() {
            @Override
            public void onNext(CoordinatorMessage message) {
                if (message.hasAssign()) {
                    assigned.countDown();
                }
                if (message.hasAcknowledge() && message.getAcknowledge().getJobsCount() > 0) {
                    heard.countDown();
                }
            }

            @Override
            public void onError(Throwable e) {
                onCompleted();
            }

            @Override
            public void onCompleted() {
                List.of(assigned, heard).forEach(CountDownLatch::countDown);
            }
        });
        worker.onNext(WorkerMessage.newBuilder()
                .setHello(Hello.newBuilder()
                        .setWorkerId("w1")
                        .setIncarnation("1")
                        .setHost("worker")
                        .setCapacity(1)
                        .setVersion("rehearsal"))
                .build());
        var unused = assigned.await(SECONDS, TimeUnit.SECONDS);
        worker.onNext(WorkerMessage.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder()
                        .setSequence(1)
                        .addJobs(JobReport.newBuilder().setName(JOB).setEpoch(1).setReportSequence(1)))
                .build());
        unused = heard.await(SECONDS, TimeUnit.SECONDS);
        worker.onCompleted();
    }
}

package io.pikaferry.ctl;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.pikaferry.ctl.command.Ferryctl;
import io.pikaferry.ctl.command.Surroundings;
import io.pikaferry.ctl.output.Terminal;
import io.pikaferry.proto.v1.BinlogPosition;
import io.pikaferry.proto.v1.DesiredState;
import io.pikaferry.proto.v1.FullSyncProgress;
import io.pikaferry.proto.v1.JobProgress;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.JobsGrpc;
import io.pikaferry.proto.v1.ListJobsRequest;
import io.pikaferry.proto.v1.ListJobsResponse;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.Reason;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.StreamProgress;
import io.pikaferry.proto.v1.SubmitJobRequest;
import io.pikaferry.proto.v1.SubmitJobResponse;
import io.pikaferry.proto.v1.Target;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Runs the usual commands against a coordinator that knows one job, at build time, so that the classes they need can be
 * kept in a class-data archive. Nothing but the time that ferryctl takes to start depends on it.
 */
final class Rehearsal {

    private Rehearsal() {}

    public static void main(String[] arguments) throws Exception {
        Server coordinator = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new OneJob())
                .build()
                .start();
        String address = "localhost:" + coordinator.getPort();
        run(address, "status");
        run(address, "status", "rehearsal");
        run(address, "status", "-o", "json");
        run(address, "status", "rehearsal", "-o", "json");
        run(address, "status", "-o", "yaml");
        run(address, "submit", "--name", "rehearsal", "--source", "source:9221", "--target", "redis://target:6379");
        run(address, "job", "pause", "rehearsal");
        run(address, "explain", "FERRY-1001");
        run("localhost:1", "status");
        coordinator.shutdownNow().awaitTermination();
        System.exit(0);
    }

    private static void run(String address, String... arguments) {
        String[] line = new String[arguments.length + 2];
        line[0] = "--coordinators";
        line[1] = address;
        System.arraycopy(arguments, 0, line, 2, arguments.length);
        Surroundings real = CtlMain.surroundings();
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Ferryctl.run(
                new Surroundings(
                        new Terminal(nowhere, nowhere, true, 24),
                        real.in(),
                        real.environment(),
                        real.directory(),
                        real.dial(),
                        real.time()),
                line);
    }

    private static final class OneJob extends JobsGrpc.JobsImplBase {

        private static final JobView JOB = JobView.newBuilder()
                .setSpec(JobSpec.newBuilder()
                        .setName("rehearsal")
                        .setSource(Source.newBuilder().setHost("source").setPort(9221))
                        .setTarget(Target.newBuilder().setUri("redis://target:6379")))
                .setDesired(DesiredState.RUN)
                .setState(ObservedState.RUNNING)
                .setWorker("w1")
                .setEpoch(1)
                .setProgress(JobProgress.newBuilder()
                        .setPhase(Phase.LOAD)
                        .setRetrying(Reason.newBuilder().setCode("FERRY-2002").setMessage("gone"))
                        .setFullSync(FullSyncProgress.newBuilder()
                                .setBytesDone(1)
                                .setBytesTotal(2)
                                .setKeysLoaded(1))
                        .addStreams(StreamProgress.newBuilder()
                                .setPosition(BinlogPosition.newBuilder().setFilenum(1))
                                .setSource(BinlogPosition.newBuilder().setFilenum(1))))
                .build();

        @Override
        public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> answer) {
            answer.onNext(ListJobsResponse.newBuilder().addJobs(JOB).build());
            answer.onCompleted();
        }

        @Override
        public void getJob(JobRequest request, StreamObserver<JobView> answer) {
            answer.onNext(JOB);
            answer.onCompleted();
        }

        @Override
        public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> answer) {
            answer.onNext(SubmitJobResponse.newBuilder().setJob(JOB).build());
            answer.onCompleted();
        }
    }
}

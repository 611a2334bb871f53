package io.pikaferry.coordinator.rpc;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;

import io.grpc.stub.StreamObserver;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.coordinator.leadership.Leadership;
import io.pikaferry.coordinator.leadership.Office;
import io.pikaferry.coordinator.membership.WorkerRegistry.Member;
import io.pikaferry.model.WorkerId;
import io.pikaferry.proto.v1.ClusterGrpc;
import io.pikaferry.proto.v1.ClusterView;
import io.pikaferry.proto.v1.CoordinatorView;
import io.pikaferry.proto.v1.GetClusterRequest;
import io.pikaferry.proto.v1.ListWorkersRequest;
import io.pikaferry.proto.v1.ListWorkersResponse;
import io.pikaferry.proto.v1.WorkerRequest;
import io.pikaferry.proto.v1.WorkerView;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The operator's door to workers and coordinators. Translates messages, decides nothing. */
public final class ClusterGrpcService extends ClusterGrpc.ClusterImplBase {

    private final Leadership leadership;
    private final String version;
    private final Replies replies;

    public ClusterGrpcService(Leadership leadership, String version) {
        this.leadership = requireNonNull(leadership, "leadership is null");
        this.version = requireNonNull(version, "version is null");
        this.replies = new Replies(leadership);
    }

    @Override
    public void getCluster(GetClusterRequest request, StreamObserver<ClusterView> responses) {
        replies.reply(responses, () -> {
            Office office = leadership.office();
            ClusterView.Builder cluster = ClusterView.newBuilder()
                    .setLeader(leadership.leaderAddress().orElse(""))
                    .setTerm(office.term())
                    .setVersion(version);
            leadership
                    .coordinators()
                    .forEach(coordinator -> cluster.addCoordinators(CoordinatorView.newBuilder()
                            .setId(coordinator.id())
                            .setAddress(coordinator.address())
                            .setLeading(coordinator.leading())));
            List<Versioned<MigrationJob>> jobs = office.jobs().all();
            cluster.setJobs(jobs.size());
            jobs.forEach(job -> cluster.putJobsByState(
                    job.value().observed().name(),
                    cluster.getJobsByStateOrDefault(job.value().observed().name(), 0) + 1));
            return cluster.addAllWorkers(workers(office)).build();
        });
    }

    @Override
    public void listWorkers(ListWorkersRequest request, StreamObserver<ListWorkersResponse> responses) {
        replies.reply(responses, () -> ListWorkersResponse.newBuilder()
                .addAllWorkers(workers(leadership.office()))
                .build());
    }

    @Override
    public void cordonWorker(WorkerRequest request, StreamObserver<WorkerView> responses) {
        cordon(request, true, false, responses);
    }

    @Override
    public void uncordonWorker(WorkerRequest request, StreamObserver<WorkerView> responses) {
        cordon(request, false, false, responses);
    }

    @Override
    public void drainWorker(WorkerRequest request, StreamObserver<WorkerView> responses) {
        cordon(request, true, true, responses);
    }

    private void cordon(
            WorkerRequest request, boolean cordoned, boolean draining, StreamObserver<WorkerView> responses) {
        replies.reply(responses, () -> {
            Office office = leadership.office();
            WorkerId worker = new WorkerId(request.getId());
            office.cordon(worker, cordoned, draining);
            return view(office.workers().member(worker), held(office));
        });
    }

    private static List<WorkerView> workers(Office office) {
        Map<WorkerId, List<String>> held = held(office);
        return office.workers().members().stream()
                .map(member -> view(member, held))
                .toList();
    }

    private static Map<WorkerId, List<String>> held(Office office) {
        return office.jobs().all().stream()
                .map(Versioned::value)
                .filter(job -> job.worker().isPresent())
                .collect(groupingBy(
                        job -> job.worker().orElseThrow(),
                        Collectors.mapping(job -> job.id().value(), Collectors.toList())));
    }

    private static WorkerView view(Member member, Map<WorkerId, List<String>> held) {
        return WorkerView.newBuilder()
                .setId(member.id().value())
                .setHost(member.worker().host())
                .setState(
                        switch (member.state()) {
                            case CONNECTED -> "connected";
                            case EXPECTED, GRACE -> "grace";
                            case LOST -> "lost";
                        })
                .setCordoned(member.worker().cordoned())
                .setDraining(member.worker().draining())
                .setCapacity(member.worker().capacity())
                .addAllJobs(held.getOrDefault(member.id(), List.of()))
                .setLastSeenMillis(member.worker().lastSeen().toEpochMilli())
                .setVersion(member.worker().version())
                .putAllLabels(member.worker().labels())
                .build();
    }
}

package io.pikaferry.coordinator.rpc;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.pikaferry.coordinator.job.JobEvent;
import io.pikaferry.coordinator.job.JobSubmission.Submitted;
import io.pikaferry.coordinator.leadership.Leadership;
import io.pikaferry.coordinator.leadership.Office;
import io.pikaferry.coordinator.ledger.ErrorLedger;
import io.pikaferry.coordinator.ledger.ErrorLedger.Settlement;
import io.pikaferry.coordinator.ledger.KeptEntry;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import io.pikaferry.proto.v1.DeleteJobResponse;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.JobsGrpc;
import io.pikaferry.proto.v1.ListErrorsResponse;
import io.pikaferry.proto.v1.ListEventsResponse;
import io.pikaferry.proto.v1.ListJobsRequest;
import io.pikaferry.proto.v1.ListJobsResponse;
import io.pikaferry.proto.v1.MoveJobRequest;
import io.pikaferry.proto.v1.ResumeJobRequest;
import io.pikaferry.proto.v1.SetJobRequest;
import io.pikaferry.proto.v1.SettleErrorsRequest;
import io.pikaferry.proto.v1.SubmitJobRequest;
import io.pikaferry.proto.v1.SubmitJobResponse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** The operator's door to jobs. Translates messages, decides nothing. */
public final class JobsGrpcService extends JobsGrpc.JobsImplBase {

    private static final String OPERATOR = "operator";

    private final Leadership leadership;
    private final ProgressBoard progress;
    private final Replies replies;

    public JobsGrpcService(Leadership leadership, ProgressBoard progress) {
        this.leadership = requireNonNull(leadership, "leadership is null");
        this.progress = requireNonNull(progress, "progress is null");
        this.replies = new Replies(leadership);
    }

    @Override
    public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> responses) {
        replies.reply(responses, () -> {
            Office office = leadership.office();
            Submitted submitted = office.submission()
                    .submit(
                            SpecMessages.read(request.getSpec()),
                            password(request.getSourcePassword()),
                            password(request.getTargetPassword()),
                            request.getPaused());
            return SubmitJobResponse.newBuilder()
                    .setJob(new JobViews(office, progress).of(submitted.job()))
                    .setCreated(submitted.created())
                    .build();
        });
    }

    private static Optional<Bytes> password(ByteString given) {
        return given.isEmpty() ? Optional.empty() : Optional.of(Bytes.owning(given.toByteArray()));
    }

    @Override
    public void getJob(JobRequest request, StreamObserver<JobView> responses) {
        replies.reply(responses, () -> {
            Office office = leadership.office();
            return new JobViews(office, progress)
                    .of(office.lifecycle().find(new JobId(request.getName())).value());
        });
    }

    @Override
    public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> responses) {
        replies.reply(responses, () -> {
            Office office = leadership.office();
            JobViews views = new JobViews(office, progress);
            ListJobsResponse.Builder list = ListJobsResponse.newBuilder();
            office.jobs().all().forEach(job -> list.addJobs(views.of(job.value())));
            return list.build();
        });
    }

    @Override
    public void pauseJob(JobRequest request, StreamObserver<JobView> responses) {
        handle(request.getName(), JobEvent.PauseRequested::new, responses);
    }

    @Override
    public void resumeJob(ResumeJobRequest request, StreamObserver<JobView> responses) {
        handle(
                request.getName(),
                request.getForceFullSync() ? JobEvent.FullSyncRequested::new : JobEvent.ResumeRequested::new,
                responses);
    }

    @Override
    public void stopJob(JobRequest request, StreamObserver<JobView> responses) {
        handle(request.getName(), JobEvent.StopRequested::new, responses);
    }

    private void handle(String name, Supplier<JobEvent> event, StreamObserver<JobView> responses) {
        replies.reply(responses, () -> {
            Office office = leadership.office();
            return new JobViews(office, progress).of(office.lifecycle().handle(new JobId(name), event.get(), OPERATOR));
        });
    }

    @Override
    public void deleteJob(JobRequest request, StreamObserver<DeleteJobResponse> responses) {
        replies.reply(responses, () -> {
            JobId job = new JobId(request.getName());
            leadership.office().delete(job);
            progress.remove(job);
            return DeleteJobResponse.getDefaultInstance();
        });
    }

    @Override
    public void moveJob(MoveJobRequest request, StreamObserver<JobView> responses) {
        replies.reply(responses, () -> {
            Office office = leadership.office();
            Optional<WorkerId> to =
                    request.getWorker().isEmpty() ? Optional.empty() : Optional.of(new WorkerId(request.getWorker()));
            return new JobViews(office, progress).of(office.moves().move(new JobId(request.getName()), to));
        });
    }

    @Override
    public void setJob(SetJobRequest request, StreamObserver<JobView> responses) {
        handle(
                request.getName(),
                () -> new JobEvent.LimitsSet(
                        request.hasCommandsPerSecond()
                                ? OptionalLong.of(request.getCommandsPerSecond())
                                : OptionalLong.empty(),
                        request.hasBytesPerSecond()
                                ? OptionalLong.of(request.getBytesPerSecond())
                                : OptionalLong.empty(),
                        SpecMessages.throttle(request.getThrottle())),
                responses);
    }

    @Override
    public void listEvents(JobRequest request, StreamObserver<ListEventsResponse> responses) {
        replies.reply(responses, () -> {
            Office office = leadership.office();
            JobId job = office.lifecycle()
                    .find(new JobId(request.getName()))
                    .value()
                    .id();
            ListEventsResponse.Builder list = ListEventsResponse.newBuilder();
            office.journal().read(job).forEach(entry -> list.addEvents(ReportMessages.write(entry)));
            return list.build();
        });
    }

    @Override
    public void listErrors(JobRequest request, StreamObserver<ListErrorsResponse> responses) {
        replies.reply(responses, () -> {
            Office office = leadership.office();
            JobId job = office.lifecycle()
                    .find(new JobId(request.getName()))
                    .value()
                    .id();
            ErrorLedger.Contents ledger = office.ledger().read(job);
            ListErrorsResponse.Builder list = ListErrorsResponse.newBuilder().setDropped(ledger.dropped());
            ledger.entries().forEach(entry -> list.addErrors(ReportMessages.write(entry)));
            return list.build();
        });
    }

    @Override
    public void settleErrors(SettleErrorsRequest request, StreamObserver<ListErrorsResponse> responses) {
        replies.reply(responses, () -> {
            Office office = leadership.office();
            Settlement settlement =
                    switch (request.getAction()) {
                        case SETTLE_ACTION_RECONCILE -> Settlement.RECONCILE;
                        case SETTLE_ACTION_IGNORE -> Settlement.IGNORE;
                        case SETTLE_ACTION_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException(
                                "action has a value this coordinator does not know; is it older?");
                    };
            if (request.getAll() != request.getIdsList().isEmpty()) {
                throw new IllegalArgumentException("either some entries are to be named, or all are meant");
            }
            List<KeptEntry> settled =
                    office.settleErrors(new JobId(request.getName()), settlement, request.getIdsList(), OPERATOR);
            ListErrorsResponse.Builder list = ListErrorsResponse.newBuilder();
            settled.forEach(entry -> list.addErrors(ReportMessages.write(entry)));
            return list.build();
        });
    }
}

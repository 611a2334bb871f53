package io.pikaferry.ctl.connection;

import com.google.protobuf.Message;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.ClusterGrpc;
import io.pikaferry.proto.v1.ClusterView;
import io.pikaferry.proto.v1.DeleteJobResponse;
import io.pikaferry.proto.v1.DesiredState;
import io.pikaferry.proto.v1.Event;
import io.pikaferry.proto.v1.GetClusterRequest;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.JobsGrpc;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.proto.v1.ListErrorsResponse;
import io.pikaferry.proto.v1.ListEventsResponse;
import io.pikaferry.proto.v1.ListJobsRequest;
import io.pikaferry.proto.v1.ListJobsResponse;
import io.pikaferry.proto.v1.ListWorkersRequest;
import io.pikaferry.proto.v1.ListWorkersResponse;
import io.pikaferry.proto.v1.MoveJobRequest;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.ResumeJobRequest;
import io.pikaferry.proto.v1.SetJobRequest;
import io.pikaferry.proto.v1.SettleAction;
import io.pikaferry.proto.v1.SettleErrorsRequest;
import io.pikaferry.proto.v1.SubmitJobRequest;
import io.pikaferry.proto.v1.SubmitJobResponse;
import io.pikaferry.proto.v1.Throttle;
import io.pikaferry.proto.v1.WorkerRequest;
import io.pikaferry.proto.v1.WorkerView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A coordinator that keeps jobs in memory and carries every wish out at once. A standby when told to be. */
public final class InMemoryCoordinator {

    private final Map<String, JobView> jobs = new LinkedHashMap<>();
    private final Map<String, WorkerView> workers = new LinkedHashMap<>();
    private final Map<String, List<Event>> events = new LinkedHashMap<>();
    private final Map<String, ListErrorsResponse> errors = new LinkedHashMap<>();
    private final List<Message> requests = new ArrayList<>();
    private final Deque<Runnable> refusals = new ArrayDeque<>();
    private ClusterView cluster = ClusterView.getDefaultInstance();
    private boolean leading = true;
    private Optional<String> leader = Optional.empty();

    public List<BindableService> services() {
        return List.of(new Jobs(), new Cluster());
    }

    public InMemoryCoordinator put(JobView job) {
        jobs.put(job.getSpec().getName(), job);
        return this;
    }

    public void remove(String job) {
        jobs.remove(job);
    }

    public InMemoryCoordinator put(WorkerView worker) {
        workers.put(worker.getId(), worker);
        return this;
    }

    public InMemoryCoordinator events(String job, List<Event> happened) {
        events.put(job, happened);
        return this;
    }

    public InMemoryCoordinator errors(String job, ListErrorsResponse ledger) {
        errors.put(job, ledger);
        return this;
    }

    public InMemoryCoordinator cluster(ClusterView view) {
        cluster = view;
        return this;
    }

    /** From now on it stands by. */
    public InMemoryCoordinator standBy(Optional<String> knownLeader) {
        leading = false;
        leader = knownLeader;
        return this;
    }

    public void lead() {
        leading = true;
    }

    /** Answers the next request with an error. */
    public InMemoryCoordinator refuseNext(ErrorCode code, String message) {
        refusals.add(() -> {
            throw new FerryException(code, message);
        });
        return this;
    }

    /** Answers the next request with what gRPC says when nobody has thought of an error code. */
    public InMemoryCoordinator failNext(Status status) {
        refusals.add(() -> {
            throw status.asRuntimeException();
        });
        return this;
    }

    /** What has been asked, in order, also while it stood by. */
    public List<Message> requests() {
        return List.copyOf(requests);
    }

    public <M extends Message> M last(Class<M> type) {
        return type.cast(requests.get(requests.size() - 1));
    }

    private <T> void answer(Message request, StreamObserver<T> responses, Supplier<T> answer) {
        requests.add(request);
        T value;
        try {
            if (!leading) {
                throw new FerryException(ErrorCode.NOT_LEADER, "this coordinator is a standby");
            }
            if (!refusals.isEmpty()) {
                refusals.remove().run();
            }
            value = answer.get();
        } catch (FerryException e) {
            Metadata trailers = new Metadata();
            trailers.put(Reply.ERROR_CODE, e.code().id());
            if (e.code() == ErrorCode.NOT_LEADER) {
                leader.ifPresent(address -> trailers.put(Reply.LEADER, address));
            }
            responses.onError(status(e.code())
                    .withDescription(e.code().id() + ": " + e.getMessage())
                    .asRuntimeException(trailers));
            return;
        } catch (RuntimeException e) {
            responses.onError(e);
            return;
        }
        responses.onNext(value);
        responses.onCompleted();
    }

    private static Status status(ErrorCode code) {
        return switch (code) {
            case JOB_NOT_FOUND, WORKER_NOT_FOUND -> Status.NOT_FOUND;
            case JOB_EXISTS -> Status.ALREADY_EXISTS;
            case INVALID_ARGUMENT -> Status.INVALID_ARGUMENT;
            case ILLEGAL_TRANSITION -> Status.FAILED_PRECONDITION;
            case CONCURRENT_UPDATE -> Status.ABORTED;
            case NOT_LEADER, ZOOKEEPER_UNREACHABLE -> Status.UNAVAILABLE;
            default -> Status.INTERNAL;
        };
    }

    private JobView job(String name) {
        return Optional.ofNullable(jobs.get(name))
                .orElseThrow(() -> new FerryException(ErrorCode.JOB_NOT_FOUND, "no job named " + name));
    }

    private WorkerView worker(String id) {
        return Optional.ofNullable(workers.get(id))
                .orElseThrow(() -> new FerryException(ErrorCode.WORKER_NOT_FOUND, "no worker named " + id));
    }

    private JobView become(String name, DesiredState desired, ObservedState state) {
        JobView.Builder job =
                job(name).toBuilder().setDesired(desired).setState(state).clearReason();
        if (state != ObservedState.RUNNING) {
            job.clearWorker();
        }
        put(job.build());
        return job(name);
    }

    private SubmitJobResponse submit(SubmitJobRequest request) {
        String name = request.getSpec().getName();
        JobView known = jobs.get(name);
        if (known != null && !known.getSpec().equals(request.getSpec())) {
            throw new FerryException(ErrorCode.JOB_EXISTS, "job " + name + " exists with another specification");
        }
        if (known == null) {
            put(JobView.newBuilder()
                    .setSpec(request.getSpec())
                    .setDesired(request.getPaused() ? DesiredState.PAUSE : DesiredState.RUN)
                    .setState(request.getPaused() ? ObservedState.PAUSED : ObservedState.PENDING)
                    .build());
        }
        return SubmitJobResponse.newBuilder()
                .setJob(job(name))
                .setCreated(known == null)
                .build();
    }

    /** A wish to reconcile is granted when the ledger is looked at the next time. */
    private ListErrorsResponse settle(SettleErrorsRequest request) {
        ListErrorsResponse ledger = errors.getOrDefault(request.getName(), ListErrorsResponse.getDefaultInstance());
        boolean ignore = request.getAction() == SettleAction.SETTLE_ACTION_IGNORE;
        ListErrorsResponse.Builder answer = ListErrorsResponse.newBuilder();
        ListErrorsResponse.Builder later = ListErrorsResponse.newBuilder().setDropped(ledger.getDropped());
        for (LedgerEntry entry : ledger.getErrorsList()) {
            boolean meant = request.getAll()
                    ? entry.getState().equals("open")
                    : request.getIdsList().contains(entry.getId());
            if (meant) {
                answer.addErrors(entry.toBuilder().setState(ignore ? "ignored" : "retrying"));
            }
            later.addErrors(
                    meant
                            ? entry.toBuilder()
                                    .setState(ignore ? "ignored" : "resolved")
                                    .build()
                            : entry);
        }
        errors.put(request.getName(), later.build());
        return answer.build();
    }

    private final class Jobs extends JobsGrpc.JobsImplBase {

        @Override
        public void submitJob(SubmitJobRequest request, StreamObserver<SubmitJobResponse> responses) {
            answer(request, responses, () -> submit(request));
        }

        @Override
        public void getJob(JobRequest request, StreamObserver<JobView> responses) {
            answer(request, responses, () -> job(request.getName()));
        }

        @Override
        public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> responses) {
            answer(request, responses, () -> ListJobsResponse.newBuilder()
                    .addAllJobs(jobs.values())
                    .build());
        }

        @Override
        public void pauseJob(JobRequest request, StreamObserver<JobView> responses) {
            answer(request, responses, () -> become(request.getName(), DesiredState.PAUSE, ObservedState.PAUSED));
        }

        @Override
        public void resumeJob(ResumeJobRequest request, StreamObserver<JobView> responses) {
            answer(request, responses, () -> become(request.getName(), DesiredState.RUN, ObservedState.PENDING));
        }

        @Override
        public void stopJob(JobRequest request, StreamObserver<JobView> responses) {
            answer(request, responses, () -> become(request.getName(), DesiredState.STOP, ObservedState.STOPPED));
        }

        @Override
        public void deleteJob(JobRequest request, StreamObserver<DeleteJobResponse> responses) {
            answer(request, responses, () -> {
                if (job(request.getName()).getState() == ObservedState.RUNNING) {
                    throw new FerryException(
                            ErrorCode.ILLEGAL_TRANSITION,
                            "job " + request.getName() + " is RUNNING and cannot be deleted");
                }
                remove(request.getName());
                return DeleteJobResponse.getDefaultInstance();
            });
        }

        @Override
        public void moveJob(MoveJobRequest request, StreamObserver<JobView> responses) {
            answer(request, responses, () -> {
                if (!request.getWorker().isEmpty()) {
                    worker(request.getWorker());
                }
                return job(request.getName());
            });
        }

        @Override
        public void setJob(SetJobRequest request, StreamObserver<JobView> responses) {
            answer(request, responses, () -> {
                JobView.Builder job = job(request.getName()).toBuilder();
                if (request.hasCommandsPerSecond()) {
                    job.getSpecBuilder().getRateBuilder().setCommandsPerSecond(request.getCommandsPerSecond());
                }
                if (request.hasBytesPerSecond()) {
                    job.getSpecBuilder().getRateBuilder().setBytesPerSecond(request.getBytesPerSecond());
                }
                if (request.getThrottle() != Throttle.THROTTLE_UNSPECIFIED) {
                    job.getSpecBuilder().setThrottle(request.getThrottle());
                }
                put(job.build());
                return job(request.getName());
            });
        }

        @Override
        public void listEvents(JobRequest request, StreamObserver<ListEventsResponse> responses) {
            answer(request, responses, () -> {
                job(request.getName());
                return ListEventsResponse.newBuilder()
                        .addAllEvents(events.getOrDefault(request.getName(), List.of()))
                        .build();
            });
        }

        @Override
        public void listErrors(JobRequest request, StreamObserver<ListErrorsResponse> responses) {
            answer(request, responses, () -> {
                job(request.getName());
                return errors.getOrDefault(request.getName(), ListErrorsResponse.getDefaultInstance());
            });
        }

        @Override
        public void settleErrors(SettleErrorsRequest request, StreamObserver<ListErrorsResponse> responses) {
            answer(request, responses, () -> settle(request));
        }
    }

    private final class Cluster extends ClusterGrpc.ClusterImplBase {

        @Override
        public void getCluster(GetClusterRequest request, StreamObserver<ClusterView> responses) {
            answer(request, responses, () -> cluster);
        }

        @Override
        public void listWorkers(ListWorkersRequest request, StreamObserver<ListWorkersResponse> responses) {
            answer(request, responses, () -> ListWorkersResponse.newBuilder()
                    .addAllWorkers(workers.values())
                    .build());
        }

        @Override
        public void cordonWorker(WorkerRequest request, StreamObserver<WorkerView> responses) {
            answer(
                    request,
                    responses,
                    () -> change(worker(request.getId()).toBuilder().setCordoned(true)));
        }

        @Override
        public void uncordonWorker(WorkerRequest request, StreamObserver<WorkerView> responses) {
            answer(
                    request,
                    responses,
                    () -> change(worker(request.getId()).toBuilder()
                            .setCordoned(false)
                            .setDraining(false)));
        }

        @Override
        public void drainWorker(WorkerRequest request, StreamObserver<WorkerView> responses) {
            answer(
                    request,
                    responses,
                    () -> change(worker(request.getId()).toBuilder()
                            .setCordoned(true)
                            .setDraining(true)));
        }

        private WorkerView change(WorkerView.Builder worker) {
            put(worker.build());
            return worker.build();
        }
    }
}

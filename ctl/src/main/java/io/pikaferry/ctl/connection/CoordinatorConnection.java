package io.pikaferry.ctl.connection;

import static java.util.Objects.requireNonNull;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractBlockingStub;
import io.pikaferry.ctl.connection.Reply.Kind;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import io.pikaferry.proto.v1.ClusterGrpc;
import io.pikaferry.proto.v1.ClusterGrpc.ClusterBlockingStub;
import io.pikaferry.proto.v1.JobsGrpc;
import io.pikaferry.proto.v1.JobsGrpc.JobsBlockingStub;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The way to whichever coordinator leads.
 *
 * <p>A request goes to the leader we know, or else to the addresses in turn; a standby that names its leader is believed
 * next. While somebody answers but nobody leads (an election takes some seconds) the round is repeated until the timeout;
 * while nobody can be reached at all, only if we are told to be patient.
 *
 * <p>Failure: a refusal of the leader is a {@link FerryException} with its code; no leader is NO_COORDINATOR and names
 * every address with what it said. A request that may take effect twice is not repeated once it has been sent: then the
 * answer is TIMED_OUT, and says so.
 *
 * <p>Used by one thread.
 */
public final class CoordinatorConnection implements AutoCloseable {

    private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(250);
    /** What one coordinator may use up of the timeout while there are others. */
    private static final Duration SHARE_OF_ONE = Duration.ofSeconds(5);

    private final List<Endpoint> addresses;
    private final Duration timeout;
    private final boolean patient;
    private final Dial dial;
    private final Time time;
    private final Map<Endpoint, ManagedChannel> channels = new HashMap<>();
    private Optional<Endpoint> leader = Optional.empty();

    /**
     * @param timeout how long to look for the leader and to wait for its answer
     * @param patient whether to wait even when no address can be reached: the coordinators may be about to start
     */
    public CoordinatorConnection(List<Endpoint> addresses, Duration timeout, boolean patient, Dial dial, Time time) {
        this.addresses = List.copyOf(addresses);
        this.patient = patient;
        this.timeout = requireNonNull(timeout, "timeout is null");
        this.dial = requireNonNull(dial, "dial is null");
        this.time = requireNonNull(time, "time is null");
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("no coordinator addresses");
        }
    }

    /** A request that does no harm when it reaches the coordinators twice. */
    public <T> T jobs(Function<JobsBlockingStub, T> request) {
        return ask(JobsGrpc::newBlockingStub, request, true);
    }

    /** A request that must not take effect twice. */
    public <T> T jobsOnce(Function<JobsBlockingStub, T> request) {
        return ask(JobsGrpc::newBlockingStub, request, false);
    }

    /** A request that does no harm when it reaches the coordinators twice. */
    public <T> T cluster(Function<ClusterBlockingStub, T> request) {
        return ask(ClusterGrpc::newBlockingStub, request, true);
    }

    private <S extends AbstractBlockingStub<S>, T> T ask(
            Function<Channel, S> service, Function<S, T> request, boolean repeatable) {
        return new Search<>(service, request, repeatable).run();
    }

    /** The search for whoever answers one request. */
    private final class Search<S extends AbstractBlockingStub<S>, T> {

        private final Function<Channel, S> service;
        private final Function<S, T> request;
        private final boolean repeatable;
        private final Instant end = time.now().plus(timeout);
        private final Map<Endpoint, Reply> replies = new LinkedHashMap<>();
        /** Who has got the request and not answered it. */
        private final Set<Endpoint> unanswered = new LinkedHashSet<>();

        Search(Function<Channel, S> service, Function<S, T> request, boolean repeatable) {
            this.service = service;
            this.request = request;
            this.repeatable = repeatable;
        }

        T run() {
            Optional<T> answer = round();
            while (answer.isEmpty()) {
                boolean nobodyThere = replies.values().stream().allMatch(reply -> reply.kind() == Kind.UNREACHABLE);
                boolean pointless = nobodyThere && !patient;
                if (pointless || !time.now().plus(BETWEEN_ROUNDS).isBefore(end)) {
                    throw givenUp(nobodyThere);
                }
                waitForTheNextRound();
                answer = round();
            }
            return answer.get();
        }

        /** Asks everybody once, the leader and whoever is named as leader first. */
        private Optional<T> round() {
            Deque<Endpoint> turn = new ArrayDeque<>(addresses);
            leader.ifPresent(turn::addFirst);
            Set<Endpoint> asked = new HashSet<>();
            Optional<T> answer = Optional.empty();
            while (answer.isEmpty() && !turn.isEmpty()) {
                Endpoint address = turn.removeFirst();
                if (asked.add(address)) {
                    answer = attempt(address);
                    if (answer.isEmpty()) {
                        replies.get(address).leader().ifPresent(turn::addFirst);
                    }
                }
            }
            return answer;
        }

        private Optional<T> attempt(Endpoint address) {
            AtomicBoolean sent = new AtomicBoolean();
            try {
                T answer = request.apply(service.apply(channel(address))
                        .withInterceptors(new NoteSending(sent))
                        .withDeadlineAfter(share().toMillis(), TimeUnit.MILLISECONDS));
                leader = Optional.of(address);
                return Optional.of(answer);
            } catch (StatusRuntimeException e) {
                leader = Optional.empty();
                Reply reply = Reply.of(e);
                if (isFinal(reply)) {
                    throw reply.asException(e);
                }
                if (sent.get() && (reply.kind() == Kind.UNREACHABLE || reply.kind() == Kind.SILENT)) {
                    unanswered.add(address);
                    if (!repeatable) {
                        throw uncertain(e);
                    }
                }
                replies.put(address, reply);
                return Optional.empty();
            }
        }

        private Duration share() {
            Duration left = Duration.between(time.now(), end);
            Duration share = addresses.size() > 1 && left.compareTo(SHARE_OF_ONE) > 0 ? SHARE_OF_ONE : left;
            return share.isNegative() || share.isZero() ? Duration.ofMillis(1) : share;
        }

        private FerryException givenUp(boolean nobodyThere) {
            Optional<Reply> refusal = replies.values().stream()
                    .filter(reply -> reply.kind() == Kind.REFUSED)
                    .findFirst();
            if (refusal.isPresent()) {
                return refusal.get().asException(null);
            }
            if (!unanswered.isEmpty()) {
                return uncertain(null);
            }
            String said = replies.entrySet().stream()
                    .map(entry -> entry.getKey() + " " + entry.getValue().text())
                    .collect(Collectors.joining("; "));
            String what = nobodyThere ? "no coordinator can be reached" : "no coordinator leads";
            String after = nobodyThere && !patient ? "" : ", after " + seconds();
            return new FerryException(ErrorCode.NO_COORDINATOR, what + after + ": " + said);
        }

        /** {@code 30s}, {@code 0.5s} */
        private String seconds() {
            return BigDecimal.valueOf(timeout.toMillis(), 3)
                            .stripTrailingZeros()
                            .toPlainString() + "s";
        }

        private FerryException uncertain(Throwable cause) {
            String to = unanswered.stream().map(Endpoint::toString).collect(Collectors.joining(", "));
            return new FerryException(
                    ErrorCode.TIMED_OUT,
                    "%s got the request and did not answer; whether it took effect is not known".formatted(to),
                    cause);
        }
    }

    /** Refused for good, as against something that passes by itself. */
    private static boolean isFinal(Reply reply) {
        return reply.code()
                .filter(code -> code != ErrorCode.CONCURRENT_UPDATE && code != ErrorCode.ZOOKEEPER_UNREACHABLE)
                .isPresent();
    }

    private Channel channel(Endpoint address) {
        ManagedChannel channel = channels.computeIfAbsent(address, dial::dial);
        // gRPC waits after a failed connect, longer each time; we ask at our own pace
        channel.resetConnectBackoff();
        return channel;
    }

    private void waitForTheNextRound() {
        try {
            time.pause(BETWEEN_ROUNDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FerryException(ErrorCode.NO_COORDINATOR, "interrupted while looking for the leader", e);
        }
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

    /** Notes when the request has left for a coordinator: from then on it may have taken effect. */
    private record NoteSending(AtomicBoolean sent) implements ClientInterceptor {

        @Override
        public <A, B> ClientCall<A, B> interceptCall(MethodDescriptor<A, B> method, CallOptions options, Channel next) {
            return next.newCall(method, options.withStreamTracerFactory(new ClientStreamTracer.Factory() {
                @Override
                public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
                    return new ClientStreamTracer() {
                        @Override
                        public void outboundMessage(int sequence) {
                            sent.set(true);
                        }
                    };
                }
            }));
        }
    }
}

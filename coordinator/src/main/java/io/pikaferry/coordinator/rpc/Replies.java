package io.pikaferry.coordinator.rpc;

import static java.util.Objects.requireNonNull;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.pikaferry.coordinator.leadership.Leadership;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One answer or one error; the only place that knows gRPC statuses. An error carries its code in the trailer
 * {@code error-code}, and NOT_LEADER the leader's address in the trailer {@code leader}, so that nobody has to read
 * the text.
 */
final class Replies {

    static final Metadata.Key<String> ERROR_CODE = Metadata.Key.of("error-code", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> LEADER = Metadata.Key.of("leader", Metadata.ASCII_STRING_MARSHALLER);

    private static final Logger log = LoggerFactory.getLogger(Replies.class);

    private final Leadership leadership;

    Replies(Leadership leadership) {
        this.leadership = requireNonNull(leadership, "leadership is null");
    }

    <T> void reply(StreamObserver<T> responses, Supplier<T> answer) {
        T value;
        try {
            value = answer.get();
        } catch (RuntimeException e) {
            responses.onError(error(e));
            return;
        }
        responses.onNext(value);
        responses.onCompleted();
    }

    StatusRuntimeException error(RuntimeException e) {
        ErrorCode code = code(e);
        if (code.blame() == ErrorCode.Blame.US) {
            log.error("a call failed", e);
        }
        Metadata trailers = new Metadata();
        trailers.put(ERROR_CODE, code.id());
        if (code == ErrorCode.NOT_LEADER) {
            leadership.leaderAddress().ifPresent(address -> trailers.put(LEADER, address));
        }
        return status(code)
                .withDescription(code.id() + ": " + e.getMessage())
                .withCause(e)
                .asRuntimeException(trailers);
    }

    /** A value that cannot be is the caller's fault: what we store and decide is checked when it is made. */
    private static ErrorCode code(RuntimeException e) {
        if (e instanceof FerryException known) {
            return known.code();
        }
        return e instanceof IllegalArgumentException ? ErrorCode.INVALID_ARGUMENT : ErrorCode.INTERNAL;
    }

    private static Status status(ErrorCode code) {
        return switch (code) {
            case INVALID_ARGUMENT -> Status.INVALID_ARGUMENT;
            case JOB_NOT_FOUND, WORKER_NOT_FOUND -> Status.NOT_FOUND;
            case JOB_EXISTS -> Status.ALREADY_EXISTS;
            case NOT_LEADER -> Status.UNAVAILABLE;
            default -> switch (code.blame()) {
                case OPERATOR, DATA -> Status.FAILED_PRECONDITION;
                case NOBODY -> Status.ABORTED;
                case ENVIRONMENT -> Status.UNAVAILABLE;
                case US -> Status.INTERNAL;
            };
        };
    }
}

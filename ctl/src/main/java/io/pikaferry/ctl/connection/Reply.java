package io.pikaferry.ctl.connection;

import static java.util.Objects.requireNonNull;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http2.Http2Exception;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What came instead of an answer: what kind of thing it is, and how to say it.
 *
 * @param code what the coordinator, or in its place the status, says is wrong; absent unless {@link Kind#REFUSED}
 * @param leader whom a standby names as its leader
 */
record Reply(Kind kind, Optional<ErrorCode> code, Optional<Endpoint> leader, String text) {

    static final Metadata.Key<String> ERROR_CODE = Metadata.Key.of("error-code", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> LEADER = Metadata.Key.of("leader", Metadata.ASCII_STRING_MARSHALLER);

    enum Kind {
        /** No connection. */
        UNREACHABLE,
        /** A connection perhaps, but no answer in time. */
        SILENT,
        /** A standby: ask another. */
        NOT_LEADER,
        /** The leader, which says no. */
        REFUSED
    }

    Reply {
        requireNonNull(leader, "leader is null");
        requireNonNull(text, "text is null");
        if (code.isPresent() != (kind == Kind.REFUSED)) {
            throw new IllegalArgumentException("a reply that is %s has code %s".formatted(kind, code));
        }
    }

    static Reply of(StatusRuntimeException failure) {
        Status status = failure.getStatus();
        Metadata trailers = Optional.ofNullable(failure.getTrailers()).orElseGet(Metadata::new);
        Optional<String> id = Optional.ofNullable(trailers.get(ERROR_CODE));
        if (id.isEmpty()) {
            return withoutCode(status);
        }
        Optional<ErrorCode> code = id.flatMap(ErrorCode::find);
        if (code.equals(Optional.of(ErrorCode.NOT_LEADER))) {
            Optional<Endpoint> leader =
                    Optional.ofNullable(trailers.get(LEADER)).flatMap(Reply::endpoint);
            String text = leader.map(address -> "is not the leader, names " + address)
                    .orElse("is not the leader and knows of none");
            return new Reply(Kind.NOT_LEADER, Optional.empty(), leader, text);
        }
        String description = Optional.ofNullable(status.getDescription()).orElse(id.get());
        // a coordinator newer than we are may use codes we have not heard of: then its text keeps the number
        String text = code.isPresent() && description.startsWith(id.get() + ": ")
                ? description.substring(id.get().length() + 2)
                : description;
        return refused(code.orElseGet(() -> meaning(status)), text);
    }

    FerryException asException(Throwable cause) {
        return new FerryException(code.orElse(ErrorCode.NO_COORDINATOR), text, cause);
    }

    private static Reply withoutCode(Status status) {
        if (causes(status).anyMatch(Http2Exception.class::isInstance)) {
            return new Reply(
                    Kind.UNREACHABLE,
                    Optional.empty(),
                    Optional.empty(),
                    "is no coordinator: it does not speak HTTP/2");
        }
        return switch (status.getCode()) {
            case UNAVAILABLE -> new Reply(Kind.UNREACHABLE, Optional.empty(), Optional.empty(), whyUnreachable(status));
            case DEADLINE_EXCEEDED -> new Reply(
                    Kind.SILENT, Optional.empty(), Optional.empty(), "did not answer in time");
            case UNIMPLEMENTED -> refused(
                    ErrorCode.INTERNAL, "the coordinator does not know this request; is it older than ferryctl?");
            default -> refused(
                    meaning(status),
                    Optional.ofNullable(status.getDescription())
                            .orElse(status.getCode().name()));
        };
    }

    private static Reply refused(ErrorCode code, String text) {
        return new Reply(Kind.REFUSED, Optional.of(code), Optional.empty(), text);
    }

    private static ErrorCode meaning(Status status) {
        return switch (status.getCode()) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> ErrorCode.INVALID_ARGUMENT;
            case NOT_FOUND -> ErrorCode.JOB_NOT_FOUND;
            case ALREADY_EXISTS -> ErrorCode.JOB_EXISTS;
            case FAILED_PRECONDITION -> ErrorCode.ILLEGAL_TRANSITION;
            case ABORTED -> ErrorCode.CONCURRENT_UPDATE;
            case UNAUTHENTICATED, PERMISSION_DENIED -> ErrorCode.NOT_AUTHORISED;
            case DEADLINE_EXCEEDED -> ErrorCode.TIMED_OUT;
            case UNAVAILABLE -> ErrorCode.NO_COORDINATOR;
            default -> ErrorCode.INTERNAL;
        };
    }

    private static String whyUnreachable(Status status) {
        return causes(status)
                .flatMap(cause -> whyUnreachable(cause).stream())
                .findFirst()
                .orElseGet(() -> {
                    String description =
                            Optional.ofNullable(status.getDescription()).orElse("unavailable");
                    return description.substring(0, 1).toLowerCase(Locale.ROOT) + description.substring(1);
                });
    }

    private static Optional<String> whyUnreachable(Throwable cause) {
        if (cause instanceof UnknownHostException) {
            return Optional.of("unknown host");
        }
        if (cause instanceof ConnectTimeoutException) {
            return Optional.of("no answer");
        }
        if (cause instanceof NoRouteToHostException) {
            return Optional.of("no route to host");
        }
        return cause instanceof ConnectException ? Optional.of("connection refused") : Optional.empty();
    }

    private static Stream<Throwable> causes(Status status) {
        return Stream.iterate(status.getCause(), Objects::nonNull, Throwable::getCause);
    }

    private static Optional<Endpoint> endpoint(String address) {
        try {
            return Optional.of(Endpoint.parse(address));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // as good as no leader named: the others are asked
        }
    }
}

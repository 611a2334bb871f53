package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.binlog.Position;

/** A slave acknowledged what it was not sent; its connection is to be closed. */
final class UnknownPositionException extends Exception {

    private static final long serialVersionUID = 1L;

    UnknownPositionException(Position first, Position last) {
        super("acknowledged from " + first + " to " + last);
    }
}

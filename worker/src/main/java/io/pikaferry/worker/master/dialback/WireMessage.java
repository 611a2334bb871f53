package io.pikaferry.worker.master.dialback;

/** One message on a binlog connection. */
sealed interface WireMessage permits WireMessage.Auth, WireItem {

    int wireLength();

    /** The first message: the master proves that it is the one that gave out the session id. */
    record Auth(long sid, int wireLength) implements WireMessage {}
}

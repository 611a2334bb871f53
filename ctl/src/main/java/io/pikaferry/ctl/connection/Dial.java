package io.pikaferry.ctl.connection;

import io.grpc.ManagedChannel;
import io.pikaferry.model.Endpoint;

/** Opens a channel to a coordinator. Does not wait until it is connected. */
@FunctionalInterface
public interface Dial {

    ManagedChannel dial(Endpoint address);
}

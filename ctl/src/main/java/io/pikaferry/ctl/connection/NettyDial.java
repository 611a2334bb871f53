package io.pikaferry.ctl.connection;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pikaferry.model.Endpoint;
import java.util.Optional;

/** Channels over TCP, in plain text. One daemon thread serves them all, so nothing has to be
 * ended before the process is. Used by one thread. */
public final class NettyDial implements Dial {

    /** A machine that does not answer at all must not use up the time in which another one could. */
    private static final int CONNECT_MILLIS = 3_000;

    /** Tens of thousands of jobs. */
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    /** Made for the first call: many commands need none. */
    private Optional<EventLoopGroup> loop = Optional.empty();

    @Override
    public ManagedChannel dial(Endpoint address) {
        if (loop.isEmpty()) {
            loop = Optional.of(new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("coordinator", true), NioIoHandler.newFactory()));
        }
        return NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .eventLoopGroup(loop.get())
                .channelType(NioSocketChannel.class)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .maxInboundMessageSize(MAX_ANSWER_BYTES)
                .disableServiceConfigLookUp()
                .build();
    }
}

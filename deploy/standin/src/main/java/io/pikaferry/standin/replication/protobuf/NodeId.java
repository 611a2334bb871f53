package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.replication.protobuf.message.Node;

/** A slave by the address it advertises. */
public record NodeId(String ip, int port) {

    static NodeId of(Node node) {
        return new NodeId(node.getIp(), node.getPort());
    }

    @Override
    public String toString() {
        return ip + ":" + port;
    }
}

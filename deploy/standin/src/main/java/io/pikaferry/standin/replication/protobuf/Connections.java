package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.replication.protobuf.message.InnerResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which connection a slave is sent to, and which slaves introduced themselves by MetaSync. Safe for
 * use by many threads.
 */
final class Connections {

    private final Map<NodeId, FrameConnection> current = new LinkedHashMap<>();
    private final Map<NodeId, FrameConnection> introduced = new LinkedHashMap<>();

    /** Whether the slave was not known yet. */
    synchronized boolean introduce(NodeId node, FrameConnection connection) {
        return introduced.putIfAbsent(node, connection) == null;
    }

    synchronized void use(NodeId node, FrameConnection connection) {
        current.put(node, connection);
    }

    synchronized Optional<FrameConnection> of(NodeId node) {
        return Optional.ofNullable(current.get(node));
    }

    /** Forgets a connection and returns the slaves that had introduced themselves on it. */
    synchronized List<NodeId> forget(FrameConnection connection) {
        current.values().removeIf(own -> own == connection);
        List<NodeId> gone = introduced.entrySet().stream()
                .filter(entry -> entry.getValue() == connection)
                .map(Map.Entry::getKey)
                .toList();
        gone.forEach(introduced::remove);
        return gone;
    }

    synchronized List<NodeId> introduced() {
        return List.copyOf(introduced.keySet());
    }

    void sendItems(NodeId node, InnerResponse message) {
        of(node).ifPresent(connection -> connection.sendItems(message));
    }
}

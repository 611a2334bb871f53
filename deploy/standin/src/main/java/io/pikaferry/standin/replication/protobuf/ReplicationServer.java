package io.pikaferry.standin.replication.protobuf;

import com.google.protobuf.InvalidProtocolBufferException;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.database.Databases;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.net.Listener;
import io.pikaferry.standin.replication.protobuf.message.InnerRequest;
import io.pikaferry.standin.settings.Pace;
import io.pikaferry.standin.settings.Settings;
import io.pikaferry.standin.settings.Ticker;
import io.pikaferry.standin.version.PikaVersion;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Listens on P+2000 for the slaves of 3.1 and later. */
public final class ReplicationServer implements Closeable {

    private final List<MasterStream> streams = new ArrayList<>();
    private final Connections connections = new Connections();
    private final RequestAnswers answers;
    private final SendLoop sender;
    private final Faults faults;
    private final Listener listener;

    public ReplicationServer(
            InetSocketAddress address,
            PikaVersion version,
            MasterIdentity identity,
            Databases databases,
            Settings settings,
            FullSyncs fullSyncs,
            Pace pace,
            Ticker ticker,
            Faults faults,
            Runnable crash)
            throws IOException {
        this.faults = faults;
        ProtocolRules rules = new ProtocolRules(version);
        Outbox outbox = new Outbox(rules);
        int window = rules.windowIsConfigured() ? settings.number("sync-window-size") : rules.fixedWindow();
        databases
                .all()
                .forEach(database -> streams.add(new MasterStream(database, window, rules, outbox, ticker, faults)));
        sender = new SendLoop(streams, outbox, connections, rules, pace);
        answers = new RequestAnswers(
                identity, rules, streams, databases.slots(), connections, fullSyncs, faults, sender::wake, crash);
        databases.all().forEach(database -> database.binlog().onAppend(sender::wake));
        sender.start();
        listener = new Listener("replication", address, this::serve);
    }

    /** Whether no slave needs that file of that database any more. */
    public boolean allBeyond(int database, long file) {
        return streams.get(database).allBeyond(file);
    }

    /** The lines of INFO replication. */
    public List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (NodeId node : connections.introduced()) {
            StringBuilder lag = new StringBuilder();
            for (int number = 0; number < streams.size(); number++) {
                MasterStream stream = streams.get(number);
                Position end = stream.binlog().end();
                Optional<Position> sent = stream.sentTo(node);
                String behind = sent.map(position -> Long.toString(
                                (end.file() - position.file()) * stream.binlog().fileSize()
                                        + end.offset()
                                        - position.offset()))
                        .orElse("not syncing");
                lag.append("(db%d:%s)".formatted(number, behind));
            }
            lines.add("slave%d:ip=%s,port=%d,conn_fd=0,lag=%s".formatted(lines.size(), node.ip(), node.port(), lag));
        }
        return lines;
    }

    private void serve(Socket socket) throws IOException {
        FrameConnection connection = new FrameConnection(socket, faults);
        try (connection) {
            answer(connection);
        }
    }

    /** Until the slave hangs up; by the time it sees us do so too it is forgotten. */
    private void answer(FrameConnection connection) throws IOException {
        try {
            boolean open = true;
            while (open) {
                Optional<byte[]> frame = connection.read();
                open = frame.isPresent() && answers.answer(parse(frame.get()), connection);
            }
        } finally {
            for (NodeId gone : connections.forget(connection)) {
                streams.forEach(stream -> stream.remove(gone));
            }
        }
    }

    private static InnerRequest parse(byte[] frame) throws InvalidProtocolBufferException {
        InnerRequest request = InnerRequest.parseFrom(frame);
        if (!request.hasType()) {
            throw new InvalidProtocolBufferException("a request without type");
        }
        return request;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        sender.close();
    }
}

package io.pikaferry.worker.master.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.Endpoint;
import io.pikaferry.worker.master.RespServer;
import io.pikaferry.worker.master.SourceAccess;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerRequest;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Node;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Answers on the replication port with the very bytes that a real master answered the same request with; only under
 * which name the slave was known is overlooked. What a recording has no answer to is not answered.
 */
final class RecordedMaster implements AutoCloseable {

    private static final Node NOBODY =
            Node.newBuilder().setIp("127.0.0.1").setPort(1).build();

    private final Map<InnerRequest, Deque<List<ByteString>>> answers = new HashMap<>();
    private final List<InnerRequest> unanswered = new CopyOnWriteArrayList<>();
    private final RespServer client;
    private final ServerSocket replication;
    private final int port;
    private final Optional<Bytes> password;

    /** @param transcript whose answers are given, the first ones first, the last one again and again */
    RecordedMaster(String version, Transcript transcript, Optional<String> password) throws IOException {
        port = FakeMaster.freePort();
        this.password = password.map(Bytes::utf8);
        record(transcript);
        client = new RespServer(
                port,
                request -> request.get(0).equals("AUTH")
                        ? "+OK\r\n"
                        : RespServer.master(
                                        "pika_version:" + version + "\r\nrole:master\r\n",
                                        Map.of("write-binlog", "yes", "requirepass", password.orElse("")))
                                .apply(request));
        replication = new ServerSocket(port + 2000, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    private void record(Transcript transcript) {
        List<Transcript.Line> lines = transcript.of("repl").lines();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isMessage() || lines.get(i).fromMaster()) {
                continue;
            }
            List<ByteString> following = new ArrayList<>();
            for (int k = i + 1;
                    k < lines.size()
                            && (lines.get(k).fromMaster() || !lines.get(k).isMessage());
                    k++) {
                if (lines.get(k).isMessage()
                        && lines.get(k).number() == lines.get(i).number()) {
                    following.add(lines.get(k).frame());
                }
            }
            answers.computeIfAbsent(anonymous(lines.get(i).request()), any -> new ConcurrentLinkedDeque<>())
                    .add(following);
        }
    }

    private static InnerRequest anonymous(InnerRequest request) {
        InnerRequest.Builder builder = request.toBuilder();
        if (request.hasMetaSync()) {
            builder.getMetaSyncBuilder().setNode(NOBODY);
        }
        if (request.hasTrySync()) {
            builder.getTrySyncBuilder().setNode(NOBODY);
        }
        if (request.hasDbSync()) {
            builder.getDbSyncBuilder().setNode(NOBODY);
        }
        if (request.hasBinlogSync()) {
            builder.getBinlogSyncBuilder().setNode(NOBODY);
            // term and index, which we do not send
            builder.getBinlogSyncBuilder()
                    .setAckRangeStart(FakeMaster.offset(
                            Transcript.position(request.getBinlogSync().getAckRangeStart())))
                    .setAckRangeEnd(FakeMaster.offset(
                            Transcript.position(request.getBinlogSync().getAckRangeEnd())));
        }
        builder.getRemoveSlaveNodeBuilderList().forEach(remove -> remove.setNode(NOBODY));
        return builder.build();
    }

    SourceAccess access() {
        return new SourceAccess(new Endpoint("127.0.0.1", port), password);
    }

    List<InnerRequest> unanswered() {
        return unanswered;
    }

    private void accept() {
        while (!replication.isClosed()) {
            try {
                Socket socket = replication.accept();
                daemon(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream())) {
            FrameInput frames = new FrameInput(in, FrameInput.PIKA_LIMIT);
            for (var frame = frames.next(); frame.isPresent(); frame = frames.next()) {
                InnerRequest request = InnerRequest.newBuilder()
                        .mergeFrom(CodedInputStream.newInstance(frame.get()), ExtensionRegistryLite.getEmptyRegistry())
                        .build();
                Deque<List<ByteString>> known = answers.get(anonymous(request));
                if (known == null) {
                    unanswered.add(request);
                    continue;
                }
                for (ByteString answer : known.size() > 1 ? known.removeFirst() : known.getFirst()) {
                    answer.writeTo(socket.getOutputStream());
                }
            }
        } catch (IOException e) {
            // the slave is gone
        }
    }

    private static void daemon(Runnable body) {
        Thread thread = new Thread(body, "recorded-master");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        client.close();
        try {
            replication.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

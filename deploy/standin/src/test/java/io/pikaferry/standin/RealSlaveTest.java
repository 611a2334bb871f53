package io.pikaferry.standin;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.standin.Transcript.Line;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.recording.Fixture;
import io.pikaferry.standin.replication.protobuf.message.InnerRequest;
import io.pikaferry.standin.replication.protobuf.message.InnerResponse;
import io.pikaferry.standin.replication.protobuf.message.InnerResponse.BinlogSync;
import io.pikaferry.standin.replication.protobuf.message.Type;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a real slave said to a real master, said here: it gets the same answers and the same items, and is kept. How many items
 * go into a message is a matter of time, so that is not compared.
 */
@Timeout(30)
class RealSlaveTest {

    private static final Position BEGINNING = new Position(0, 0);

    @TempDir
    Path directory;

    private final AtomicLong clock = new AtomicLong(1795375000000L);
    private final Deque<InnerResponse> answers = new ArrayDeque<>();
    private final Map<String, Deque<BinlogSync>> items = new HashMap<>();
    private final Map<String, Position> received = new HashMap<>();

    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0"})
    void aRealSlaveIsAnsweredAsByARealMaster(String version) throws IOException {
        Fixture fixture = Fixture.unpack("wire-" + version, directory);
        List<Line> lines = Transcript.of(fixture.lines("realslave.jsonl")).stream()
                .filter(line -> !line.isNote() && line.isOn("repl"))
                .toList();
        StandinConfig config = StandinConfig.of(PikaVersion.parse(version))
                .databases(2)
                .dataDirectory(directory.resolve("standin"))
                .clock(() -> Instant.ofEpochMilli(clock.get()))
                .build();
        int compared = 0;
        try (StandinMaster master = StandinMaster.started(config);
                ProtobufPlayer writer = new ProtobufPlayer(master, clock, new RecordedTime());
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), master.address().getPort() + 2000)) {
            socket.setSoTimeout(10_000);
            for (int i = 0; i < lines.size(); i++) {
                Line line = lines.get(i);
                if (line.hex().isEmpty()) {
                    continue; // it has been opened; it is closed in the end
                }
                if (line.fromSlave()) {
                    awaitWhatIsAcknowledged(InnerRequest.parseFrom(ProtobufPlayer.body(line.bytes())), socket);
                    logUntilItSpeaksAgain(lines.subList(i + 1, lines.size()), master, writer);
                    socket.getOutputStream().write(line.bytes());
                    continue;
                }
                InnerResponse recorded = ProtobufPlayer.parse(line.bytes());
                if (recorded.getType() != Type.kBinlogSync) {
                    assertThat(nextAnswer(socket)).as(line.toString()).isEqualTo(recorded);
                } else if (!ProtobufPlayer.isPing(recorded)) {
                    for (BinlogSync item : recorded.getBinlogSyncList()) {
                        assertThat(nextItem(item.getPartition().getTableName(), socket))
                                .as(line.toString())
                                .isEqualTo(item);
                        compared++;
                    }
                }
            }
            assertThat(compared).isGreaterThan(4);
            socket.shutdownOutput();
            assertEnds(socket);
        }
    }

    private InnerResponse nextAnswer(Socket socket) throws IOException {
        while (answers.isEmpty()) {
            receive(socket);
        }
        return answers.removeFirst();
    }

    private BinlogSync nextItem(String database, Socket socket) throws IOException {
        Deque<BinlogSync> own = items.computeIfAbsent(database, name -> new ArrayDeque<>());
        while (own.isEmpty()) {
            receive(socket);
        }
        return own.removeFirst();
    }

    /** It does not acknowledge what it has not been sent. */
    private void awaitWhatIsAcknowledged(InnerRequest request, Socket socket) throws IOException {
        if (request.getType() != Type.kBinlogSync || request.getBinlogSync().getFirstSend()) {
            return;
        }
        String database = request.getBinlogSync().getTableName();
        Position end = ProtobufPlayer.position(request.getBinlogSync().getAckRangeEnd());
        while (end.compareTo(received.getOrDefault(database, BEGINNING)) > 0) {
            receive(socket);
        }
    }

    /** What was in the real master's log when it answered. */
    private static void logUntilItSpeaksAgain(List<Line> next, StandinMaster master, ProtobufPlayer writer)
            throws IOException {
        master.faults().pause().lock();
        try {
            for (Line line : next) {
                if (line.fromSlave()) {
                    return;
                }
                if (!line.hex().isEmpty()) {
                    writer.log(ProtobufPlayer.parse(line.bytes()));
                }
            }
        } finally {
            master.faults().pause().unlock();
        }
    }

    private void receive(Socket socket) throws IOException {
        InnerResponse next = ProtobufPlayer.next(socket).orElseThrow();
        if (next.getType() != Type.kBinlogSync) {
            answers.add(next);
        } else if (!ProtobufPlayer.isPing(next)) {
            for (BinlogSync item : next.getBinlogSyncList()) {
                String database = item.getPartition().getTableName();
                items.computeIfAbsent(database, name -> new ArrayDeque<>()).add(item);
                received.put(database, ProtobufPlayer.position(item.getBinlogOffset()));
            }
        }
    }

    /** The master has not closed before, and does so when the slave has. */
    private static void assertEnds(Socket socket) throws IOException {
        Optional<InnerResponse> last = ProtobufPlayer.next(socket);
        while (last.isPresent()) {
            assertThat(ProtobufPlayer.isPing(last.get())).isTrue();
            last = ProtobufPlayer.next(socket);
        }
    }
}

package io.pikaferry.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.pikaferry.standin.Transcript.Line;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.recording.Fixture;
import io.pikaferry.standin.replication.protobuf.message.BinlogOffset;
import io.pikaferry.standin.replication.protobuf.message.InnerResponse;
import io.pikaferry.standin.replication.protobuf.rsync.RsyncResponse;
import io.pikaferry.standin.replication.protobuf.rsync.StatusCode;
import io.pikaferry.standin.settings.Pace;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole sessions recorded from real masters of 3.1 and later run again, item for item. */
@Timeout(60)
class ProtobufSessionTest {

    /** In an item's header. */
    private static final int TERM_AT = 6;

    @TempDir
    Path directory;

    private final AtomicLong clock = new AtomicLong(1795375000000L);

    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void theWholeStreamOfTheCorpusHasTheSameItems(String version) throws Exception {
        Fixture fixture = Fixture.unpack("wire-" + version, directory);
        List<InnerResponse.BinlogSync> recorded = items(fixture, "incremental.jsonl");
        try (StandinMaster master = StandinMaster.started(
                        config(version).binlogFileSize(262144).build());
                AckingSlave slave = new AckingSlave(master)) {
            slave.metaSync("");
            slave.follow("db0", new Position(0, 0));
            slave.follow("db1", new Position(0, 0));

            assertSameItems(recorded, master, slave);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3.1.1,fullsync,''",
        "3.1.1,fullsync-auth,s3cret-pw",
        "3.1.1,fullsync-rsync30,''",
        "3.4.0,fullsync,''",
        "3.4.0,fullsync-auth,s3cret-pw",
        "3.4.0,fullsync-rsync30,''"
    })
    void theFullSyncSendsTheRecordedDumpsByTheRecordedCallsAndHandsOverToTheStream(
            String version, String name, String password) throws Exception {
        Fixture fixture = Fixture.unpack("wire-" + version, directory);
        List<Line> lines = Transcript.of(fixture.lines(name + ".jsonl"));
        List<InnerResponse.BinlogSync> recorded = items(fixture, name + ".jsonl");
        for (String database : List.of("db0", "db1")) {
            fillLogUpTo(fixture, name, database, recorded);
        }
        StandinConfig config = config(version)
                .binlogFileSize(4096)
                .password(password)
                .dump(fixture.path(name + "-dump").toString())
                .build();
        try (StandinMaster master = StandinMaster.started(config);
                AckingSlave slave = new AckingSlave(master);
                RsyncDaemon rsync = new RsyncDaemon(slave.port() + 1000, directory, "document", secrets(password))) {
            createTypeDirectories();
            slave.metaSync(password);
            slave.dbSync("db0", info(fixture, name, "db0").file());
            slave.dbSync("db1", info(fixture, name, "db1").file());
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Files.exists(received().resolve("db0/info"))
                            && Files.exists(received().resolve("db1/info")));

            RsyncCalls.assertSameFiles(fixture.path(name + "-dump"), received());
            if (!name.endsWith("rsync30")) { // an old rsync is called otherwise
                assertThat(RsyncCalls.of(rsync.heads())).isEqualTo(RsyncCalls.recorded(lines, "", ""));
            }
            slave.follow("db0", info(fixture, name, "db0"));
            slave.follow("db1", info(fixture, name, "db1"));
            assertSameItems(recorded, master, slave);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5.5", "4.0.1"})
    void theRecordedDumpsArePulledPieceByPieceAndTheStreamFollows(String version) throws Exception {
        Fixture fixture = Fixture.unpack("wire-" + version, directory);
        List<Line> lines = Transcript.of(fixture.lines("fullsync.jsonl"));
        List<InnerResponse.BinlogSync> recorded = items(fixture, "fullsync.jsonl");
        for (String database : List.of("db0", "db1")) {
            fillLogUpTo(fixture, "fullsync", database, recorded);
        }
        StandinConfig config = config(version)
                .binlogFileSize(4096)
                .dump(fixture.path("fullsync-dump").toString())
                .build();
        try (StandinMaster master = StandinMaster.started(config);
                AckingSlave slave = new AckingSlave(master)) {
            slave.metaSync("");
            slave.dbSync("db0", info(fixture, "fullsync", "db0").file());
            slave.dbSync("db1", info(fixture, "fullsync", "db1").file());

            assertSamePieces(lines, master);

            slave.follow("db0", info(fixture, "fullsync", "db0"));
            slave.follow("db1", info(fixture, "fullsync", "db1"));
            assertSameItems(recorded, master, slave);
        }
    }

    /** What was refused because the recorded master's dump was still being made is not asked for here. */
    private static void assertSamePieces(List<Line> lines, StandinMaster master) throws IOException {
        List<Line> pulled = lines.stream()
                .filter(line -> line.isOn("rsync") && !line.hex().isEmpty())
                .toList();
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), master.address().getPort() + 10001)) {
            socket.setSoTimeout(10_000);
            for (int i = 0; i < pulled.size(); i += 2) {
                RsyncResponse expected = RsyncResponse.parseFrom(
                        ProtobufPlayer.body(pulled.get(i + 1).bytes()));
                if (expected.getCode() == StatusCode.kErr) {
                    continue;
                }
                socket.getOutputStream().write(pulled.get(i).bytes());
                RsyncResponse actual =
                        RsyncResponse.parseFrom(ProtobufPlayer.frame(socket).orElseThrow());
                assertThat(sorted(actual)).as("answer " + i).isEqualTo(sorted(expected));
            }
        }
    }

    /** In which order a directory lists its files is the file system's affair. */
    private static RsyncResponse sorted(RsyncResponse response) {
        RsyncResponse.Builder sorted = response.toBuilder();
        if (response.hasMetaResp()) {
            sorted.getMetaRespBuilder()
                    .clearFilenames()
                    .addAllFilenames(new TreeSet<>(response.getMetaResp().getFilenamesList()));
        }
        return sorted.build();
    }

    private StandinConfig.Draft config(String version) {
        return StandinConfig.of(PikaVersion.parse(version))
                .databases(2)
                .dataDirectory(directory.resolve("standin"))
                .pace(new Pace(20, 1))
                .clock(() -> Instant.ofEpochMilli(clock.get()));
    }

    private static List<InnerResponse.BinlogSync> items(Fixture fixture, String file) throws IOException {
        List<InnerResponse.BinlogSync> items = new ArrayList<>();
        for (Line line : Transcript.of(fixture.lines(file))) {
            if (line.isOn("repl") && !line.fromSlave() && !line.hex().isEmpty()) {
                ProtobufPlayer.parse(line.bytes()).getBinlogSyncList().stream()
                        .filter(element -> !element.getBinlog().isEmpty())
                        .forEach(items::add);
            }
        }
        return items;
    }

    /** Logs the recorded items one by one and has the slave receive and acknowledge them. */
    private void assertSameItems(List<InnerResponse.BinlogSync> recorded, StandinMaster master, AckingSlave slave)
            throws IOException {
        ProtobufPlayer writer = new ProtobufPlayer(master, clock, new RecordedTime());
        for (InnerResponse.BinlogSync item : recorded) {
            writer.log(InnerResponse.newBuilder().addBinlogSync(item).build());
        }
        for (String database : List.of("db0", "db1")) {
            List<InnerResponse.BinlogSync> expected = recorded.stream()
                    .filter(item -> item.getPartition().getTableName().equals(database))
                    .toList();
            List<InnerResponse.BinlogSync> actual = slave.receive(database, expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i)).as(database + " item " + i).isEqualTo(initialised(expected.get(i)));
            }
        }
    }

    /** In classic mode there are no terms, and a 3.4.0 has once logged what lay in its memory for one. */
    private static InnerResponse.BinlogSync initialised(InnerResponse.BinlogSync recorded) {
        if (recorded.getBinlogOffset().getTerm() == 0) {
            return recorded;
        }
        byte[] item = recorded.getBinlog().toByteArray();
        Arrays.fill(item, TERM_AT, TERM_AT + Integer.BYTES, (byte) 0);
        InnerResponse.BinlogSync.Builder changed = recorded.toBuilder().setBinlog(ByteString.copyFrom(item));
        changed.getBinlogOffsetBuilder().setTerm(0);
        return changed.build();
    }

    /** The first item of the session tells how many were logged before. */
    private void fillLogUpTo(Fixture fixture, String name, String database, List<InnerResponse.BinlogSync> recorded)
            throws IOException {
        InnerResponse.BinlogSync first = recorded.stream()
                .filter(item -> item.getPartition().getTableName().equals(database))
                .findFirst()
                .orElseThrow();
        long logicId = java.nio.ByteBuffer.wrap(first.getBinlog().toByteArray())
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getLong(10);
        BinlogOffset offset = first.getBinlogOffset();
        long before = offset.hasIndex() ? logicId - 1 : logicId;
        BinlogMaker.fillAsLast(directory.resolve("standin/log/log_" + database), info(fixture, name, database), before);
    }

    private static Position info(Fixture fixture, String name, String database) throws IOException {
        List<String> lines = Files.readAllLines(
                fixture.path(name + "-dump").resolve(database).resolve("info"));
        return new Position(Long.parseLong(lines.get(3)), Long.parseLong(lines.get(4)));
    }

    private Path received() {
        return directory.resolve("data");
    }

    private String secrets(String password) throws IOException {
        Path secrets = directory.resolve("rsyncd.secrets");
        Files.createFile(secrets, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secrets, "rsync_user:" + (password.isEmpty() ? "default" : password) + "\n");
        return "auth users = rsync_user\nsecrets file = " + secrets + "\n";
    }

    private void createTypeDirectories() throws IOException {
        for (String database : List.of("db0", "db1")) {
            for (String type : List.of("strings", "hashes", "lists", "sets", "zsets")) {
                Files.createDirectories(received().resolve(database).resolve(type));
            }
        }
    }
}

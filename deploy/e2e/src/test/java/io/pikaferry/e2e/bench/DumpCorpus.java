package io.pikaferry.e2e.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.e2e.cluster.Program;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.snapshot.ParallelScan;
import io.pikaferry.worker.snapshot.PikaType;
import io.pikaferry.worker.snapshot.SnapshotChunk;
import io.pikaferry.worker.snapshot.SnapshotConfig;
import io.pikaferry.worker.snapshot.SnapshotScan;
import io.pikaferry.worker.snapshot.SnapshotSink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Generates a dump with the stand-in and writes the commands that load it, in the order and the pieces in which it is read. */
final class DumpCorpus {

    private DumpCorpus() {}

    static Corpus make(Path directory, String version, List<String> options) throws InterruptedException {
        Path dump = directory.resolve("dump");
        List<String> arguments = new ArrayList<>(List.of("generate", "--version", version, "--out", dump.toString()));
        arguments.addAll(options);
        Program generator = Program.ferry("pikaferry-standin", directory.resolve("generate.log"), arguments);
        Site.awaits("the dump is generated", () -> !generator.isAlive());
        if (!Files.isRegularFile(dump.resolve("info"))) {
            throw new IllegalStateException("no dump was generated; see " + directory.resolve("generate.log"));
        }
        Path file = directory.resolve("commands.resp");
        try (RespFile commands = new RespFile(file)) {
            SnapshotScan.Summary summary = new ParallelScan(
                            SnapshotConfig.defaults().withThreads(1))
                    .run(
                            Map.of(new StreamId(0, 0), data(dump)),
                            System.currentTimeMillis() / 1000,
                            unit -> new Writer(commands),
                            (done, total) -> {});
            return new Corpus(
                    file, commands.commands(), summary.keys(), summary.elements(), commands.bytes(), Optional.of(dump));
        }
    }

    /** Dumps of 3.1 and later have a directory per database. */
    private static Path data(Path dump) {
        return Files.isDirectory(dump.resolve("db0")) ? dump.resolve("db0") : dump;
    }

    private record Writer(RespFile commands) implements SnapshotSink {

        @Override
        public void take(SnapshotChunk chunk) {
            synchronized (commands) {
                byte[][] elements = chunk.elements();
                byte[][] command = new byte[elements.length + 2][];
                command[0] = name(chunk.type()).getBytes(US_ASCII);
                command[1] = chunk.key();
                System.arraycopy(elements, 0, command, 2, elements.length);
                commands.add(command);
                if (chunk.last() && chunk.expireAtMillis() != 0) {
                    commands.add(new byte[][] {
                        "PEXPIREAT".getBytes(US_ASCII),
                        chunk.key(),
                        Long.toString(chunk.expireAtMillis()).getBytes(US_ASCII)
                    });
                }
            }
        }

        private static String name(PikaType type) {
            return switch (type) {
                case STRING -> "SET";
                case HASH -> "HSET";
                case LIST -> "RPUSH";
                case SET -> "SADD";
                case ZSET -> "ZADD";
                case STREAM -> throw new IllegalArgumentException("no streams are generated");
            };
        }

        @Override
        public void refuse(ErrorCode code, int db, byte[] key, PikaType type, String message) {
            throw new IllegalStateException("a generated dump has " + message);
        }
    }
}

package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a stand-in until it is told to end. */
@Command(name = "serve", description = "Plays a Pika master.")
final class ServeCommand implements Callable<Integer> {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    @Option(
            names = "--listen",
            required = true,
            paramLabel = "HOST:PORT",
            description = "For clients; P+2000 must be free too.")
    private String listen;

    @Option(
            names = {"--version", "--generation"},
            defaultValue = "3.0.16",
            paramLabel = "VERSION",
            description = "A version such as 3.4.0, or A to E.")
    private String version;

    @Option(
            names = "--dump",
            paramLabel = "ZIP_OR_DIR",
            description = "A recorded or generated dump to begin with; file.zip!folder for a part.")
    private Optional<String> dump;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "For binlog and dumps; default: a temporary one.")
    private Optional<Path> dataDirectory;

    @Option(names = "--no-data", description = "Keeps no keys in memory: writes are only logged.")
    private boolean withoutData;

    @Option(names = "--password-file", paramLabel = "FILE", description = "Holds requirepass.")
    private Optional<Path> passwordFile;

    @Option(names = "--user-password-file", paramLabel = "FILE", description = "Holds userpass.")
    private Optional<Path> userPasswordFile;

    @Option(names = "--binlog-file-size", defaultValue = "104857600", paramLabel = "BYTES")
    private long binlogFileSize;

    @Option(names = "--expire-logs-nums", defaultValue = "10", paramLabel = "N")
    private int expireLogsNums;

    @Option(
            names = "--databases",
            defaultValue = "1",
            paramLabel = "N",
            description = "db0 to db7, from 3.1 on; each with a binlog of its own.")
    private int databases;

    @Option(
            names = "--slots",
            defaultValue = "1",
            paramLabel = "N",
            description = "Sharding mode of 3.2 to 3.4: so many slots in each database, each with a binlog of its own.")
    private int slots;

    @Option(names = "--quick", description = "Shortens waits that only cost time.")
    private boolean quick;

    @Override
    public Integer call() throws IOException, InterruptedException {
        int colon = listen.lastIndexOf(':');
        if (colon < 1 || !listen.substring(colon + 1).matches("\\d{1,5}")) {
            throw new IllegalArgumentException("--listen " + listen + " is not HOST:PORT");
        }
        StandinConfig.Draft draft = StandinConfig.of(PikaVersion.parse(version))
                .address(listen.substring(0, colon), Integer.parseInt(listen.substring(colon + 1)))
                .binlogFileSize(binlogFileSize)
                .expireLogsNums(expireLogsNums)
                .databases(databases)
                .slots(slots);
        dump.ifPresent(draft::dump);
        dataDirectory.ifPresent(draft::dataDirectory);
        if (passwordFile.isPresent()) {
            draft.password(Files.readString(passwordFile.get(), UTF_8).strip());
        }
        if (userPasswordFile.isPresent()) {
            draft.userPassword(Files.readString(userPasswordFile.get(), UTF_8).strip());
        }
        if (withoutData) {
            draft.withoutData();
        }
        if (quick) {
            draft.quickly();
        }
        serve(draft.build());
        return 0;
    }

    private static void serve(StandinConfig config) throws IOException, InterruptedException {
        StandinMaster master = StandinMaster.started(config);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                master.close();
            } catch (IOException e) {
                System.err.println("pikaferry-standin: " + e.getMessage());
            }
        }));
        System.err.printf("Pika %s stand-in listens on %s:%d%n", config.version(), config.host(), config.port());
        ended.await();
    }
}

package io.pikaferry.standin;

import io.pikaferry.standin.replication.trysync.Timings;
import io.pikaferry.standin.settings.Pace;
import io.pikaferry.standin.settings.Ticker;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a stand-in is to be: which Pika, where, with which data. Begins as a {@link Draft}.
 *
 * @param host address to listen on, and what the master takes itself to be
 * @param port for clients; P+2000 and more by generation must be free too
 * @param dump a recorded dump to begin with: a directory or zip, see {@link io.pikaferry.standin.dump.DumpArchive}
 * @param dataDirectory for binlog and dumps; a temporary one, deleted in the end, if empty
 * @param slots into which sharding mode cuts each database, each with data and a binlog of its own; 1: classic mode
 * @param staleCache whether what a client reads once it is told again and again, whatever is written; see {@link
 *     io.pikaferry.standin.client.StaleCache}
 * @param keepsData whether writes change keys in memory or are only logged
 * @param pace how much faster than a real master it waits
 * @param ticker by which it finds slaves silent
 * @param clock the time of day
 */
public record StandinConfig(
        PikaVersion version,
        String host,
        int port,
        Optional<String> dump,
        Optional<Path> dataDirectory,
        String password,
        String userPassword,
        long binlogFileSize,
        int expireLogsNums,
        int databases,
        int slots,
        boolean staleCache,
        boolean keepsData,
        Pace pace,
        Ticker ticker,
        InstantSource clock) {

    private static final int[] PORT_SHIFTS = {0, 1000, 2000, 10001};
    /** All ports stay below those the system gives to outgoing connections. */
    private static final int LOWEST_BASE_PORT = 10_000;

    private static final int HIGHEST_BASE_PORT = 22_000;

    public StandinConfig {
        boolean sharding = version.generation() == Generation.C && version.atLeast(3, 2, 0);
        if (slots < 1 || slots > 1 && !sharding) {
            throw new IllegalArgumentException("Pika %s has no %d slots".formatted(version, slots));
        }
        if (staleCache && !version.atLeast(3, 5, 2)) {
            throw new IllegalArgumentException("Pika %s has no cache".formatted(version));
        }
    }

    public static Draft of(Generation generation) {
        return of(generation.recordedVersion());
    }

    public static Draft of(PikaVersion version) {
        return new Draft(version);
    }

    /** A port that is free now together with those a master derives from it. */
    static int freePort() {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int candidate = ThreadLocalRandom.current().nextInt(LOWEST_BASE_PORT, HIGHEST_BASE_PORT);
            if (isFree(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException("no free ports");
    }

    private static boolean isFree(int base) {
        for (int shift : PORT_SHIFTS) {
            try (ServerSocket probe = new ServerSocket(base + shift)) {
                probe.setReuseAddress(true);
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }

    Timings timings() {
        return Timings.of(pace, Duration.ofSeconds(version.generation() == Generation.A ? 35 : 3));
    }

    /**
     * A configuration that is being written: at first a master on a free port of the loopback interface, with Pika's defaults.
     * Used by one thread.
     */
    public static final class Draft {

        private final PikaVersion version;
        private String host = "127.0.0.1";
        private OptionalInt port = OptionalInt.empty();
        private Optional<String> dump = Optional.empty();
        private Optional<Path> dataDirectory = Optional.empty();
        private String password = "";
        private String userPassword = "";
        private long binlogFileSize = 100L << 20;
        private int expireLogsNums = 10;
        private int databases = 1;
        private int slots = 1;
        private boolean staleCache;
        private boolean keepsData = true;
        private Pace pace = Pace.REAL;
        private Ticker ticker = Ticker.SYSTEM;
        private InstantSource clock = InstantSource.system();

        private Draft(PikaVersion version) {
            this.version = version;
        }

        public Draft address(String host, int port) {
            this.host = host;
            this.port = OptionalInt.of(port);
            return this;
        }

        public Draft dump(String source) {
            dump = Optional.of(source);
            return this;
        }

        public Draft dataDirectory(Path directory) {
            dataDirectory = Optional.of(directory);
            return this;
        }

        public Draft password(String password) {
            this.password = password;
            return this;
        }

        public Draft userPassword(String userPassword) {
            this.userPassword = userPassword;
            return this;
        }

        public Draft binlogFileSize(long bytes) {
            binlogFileSize = bytes;
            return this;
        }

        public Draft expireLogsNums(int files) {
            expireLogsNums = files;
            return this;
        }

        public Draft databases(int count) {
            databases = count;
            return this;
        }

        /** In sharding mode. */
        public Draft slots(int count) {
            slots = count;
            return this;
        }

        /** From 3.5.2 on. */
        public Draft staleCache() {
            staleCache = true;
            return this;
        }

        public Draft withoutData() {
            keepsData = false;
            return this;
        }

        public Draft pace(Pace pace) {
            this.pace = pace;
            return this;
        }

        /** Shortens waits that only cost time. */
        public Draft quickly() {
            return pace(Pace.QUICK);
        }

        public Draft ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        public Draft clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        public StandinConfig build() {
            return new StandinConfig(
                    version,
                    host,
                    port.orElseGet(StandinConfig::freePort),
                    dump,
                    dataDirectory,
                    password,
                    userPassword,
                    binlogFileSize,
                    expireLogsNums,
                    databases,
                    slots,
                    staleCache,
                    keepsData,
                    pace,
                    ticker,
                    clock);
        }
    }
}

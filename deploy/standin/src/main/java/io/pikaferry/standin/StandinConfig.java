package io.pikaferry.standin;

import io.pikaferry.standin.replication.trysync.Timings;
import io.pikaferry.standin.settings.Pace;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a stand-in is to be: which Pika, where, with which data. Each {@code with} returns a changed copy.
 *
 * @param host address to listen on, and what the master takes itself to be
 * @param port for clients; P+2000 and more by generation must be free too
 * @param dump a recorded dump to begin with: a directory or zip, see {@link io.pikaferry.standin.dump.DumpArchive}
 * @param dataDirectory for binlog and dumps; a temporary one, deleted in the end, if empty
 * @param slots into which sharding mode cuts each database, each with data and a binlog of its own; 1: classic mode
 * @param keepsData whether writes change keys in memory or are only logged
 * @param pace how much faster than a real master it waits
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
        boolean keepsData,
        Pace pace,
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
    }

    /** A master of that generation on a free port of the loopback interface, with Pika's defaults. */
    public static StandinConfig of(Generation generation) {
        return of(generation.recordedVersion());
    }

    public static StandinConfig of(PikaVersion version) {
        return new StandinConfig(
                version,
                "127.0.0.1",
                freePort(),
                Optional.empty(),
                Optional.empty(),
                "",
                "",
                100L << 20,
                10,
                1,
                1,
                true,
                Pace.REAL,
                InstantSource.system());
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

    public StandinConfig withAddress(String newHost, int newPort) {
        return new StandinConfig(
                version,
                newHost,
                newPort,
                dump,
                dataDirectory,
                password,
                userPassword,
                binlogFileSize,
                expireLogsNums,
                databases,
                slots,
                keepsData,
                pace,
                clock);
    }

    public StandinConfig withDump(String source) {
        return new StandinConfig(
                version,
                host,
                port,
                Optional.of(source),
                dataDirectory,
                password,
                userPassword,
                binlogFileSize,
                expireLogsNums,
                databases,
                slots,
                keepsData,
                pace,
                clock);
    }

    public StandinConfig withDataDirectory(Path directory) {
        return new StandinConfig(
                version,
                host,
                port,
                dump,
                Optional.of(directory),
                password,
                userPassword,
                binlogFileSize,
                expireLogsNums,
                databases,
                slots,
                keepsData,
                pace,
                clock);
    }

    public StandinConfig withPassword(String newPassword) {
        return new StandinConfig(
                version,
                host,
                port,
                dump,
                dataDirectory,
                newPassword,
                userPassword,
                binlogFileSize,
                expireLogsNums,
                databases,
                slots,
                keepsData,
                pace,
                clock);
    }

    public StandinConfig withUserPassword(String newPassword) {
        return new StandinConfig(
                version,
                host,
                port,
                dump,
                dataDirectory,
                password,
                newPassword,
                binlogFileSize,
                expireLogsNums,
                databases,
                slots,
                keepsData,
                pace,
                clock);
    }

    public StandinConfig withBinlogFileSize(long bytes) {
        return new StandinConfig(
                version,
                host,
                port,
                dump,
                dataDirectory,
                password,
                userPassword,
                bytes,
                expireLogsNums,
                databases,
                slots,
                keepsData,
                pace,
                clock);
    }

    public StandinConfig withExpireLogsNums(int files) {
        return new StandinConfig(
                version,
                host,
                port,
                dump,
                dataDirectory,
                password,
                userPassword,
                binlogFileSize,
                files,
                databases,
                slots,
                keepsData,
                pace,
                clock);
    }

    public StandinConfig withDatabases(int count) {
        return new StandinConfig(
                version,
                host,
                port,
                dump,
                dataDirectory,
                password,
                userPassword,
                binlogFileSize,
                expireLogsNums,
                count,
                slots,
                keepsData,
                pace,
                clock);
    }

    /** In sharding mode. */
    public StandinConfig withSlots(int count) {
        return new StandinConfig(
                version,
                host,
                port,
                dump,
                dataDirectory,
                password,
                userPassword,
                binlogFileSize,
                expireLogsNums,
                databases,
                count,
                keepsData,
                pace,
                clock);
    }

    public StandinConfig withoutData() {
        return new StandinConfig(
                version,
                host,
                port,
                dump,
                dataDirectory,
                password,
                userPassword,
                binlogFileSize,
                expireLogsNums,
                databases,
                slots,
                false,
                pace,
                clock);
    }

    public StandinConfig withPace(Pace newPace) {
        return new StandinConfig(
                version,
                host,
                port,
                dump,
                dataDirectory,
                password,
                userPassword,
                binlogFileSize,
                expireLogsNums,
                databases,
                slots,
                keepsData,
                newPace,
                clock);
    }

    /** Shortens waits that only cost time. */
    public StandinConfig quickly() {
        return withPace(Pace.QUICK);
    }

    public StandinConfig withClock(InstantSource newClock) {
        return new StandinConfig(
                version,
                host,
                port,
                dump,
                dataDirectory,
                password,
                userPassword,
                binlogFileSize,
                expireLogsNums,
                databases,
                slots,
                keepsData,
                pace,
                newClock);
    }
}

package io.pikaferry.standin;

import io.pikaferry.standin.replication.trysync.Timings;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What a stand-in is to be: which Pika, where, with which data. Each {@code with} returns a changed copy.
 *
 * @param host address to listen on, and what the master takes itself to be
 * @param port for clients; P+2000 and more by generation must be free too
 * @param dump a recorded dump to begin with: a directory or zip, see {@link io.pikaferry.standin.dump.DumpArchive}
 * @param dataDirectory for binlog and dumps; a temporary one, deleted in the end, if empty
 * @param keepsData whether writes change keys in memory or are only logged
 * @param quick whether waits that only cost time are shortened
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
        boolean keepsData,
        boolean quick,
        InstantSource clock) {

    private static final int[] PORT_SHIFTS = {0, 1000, 2000, 10001};
    private static final int HIGHEST_BASE_PORT = 65535 - 10001;

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
                true,
                false,
                InstantSource.system());
    }

    /** A port that is free now together with those a master derives from it. */
    static int freePort() {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int candidate = 11000 + (int) (Math.random() * (HIGHEST_BASE_PORT - 11000));
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
        Timings real = Timings.real(Duration.ofSeconds(version.generation() == Generation.A ? 35 : 3));
        return quick ? real.quick() : real;
    }

    public StandinConfig withAddress(String newHost, int newPort) {
        return copy(newHost, newPort, dump, dataDirectory, password, userPassword, binlogFileSize, expireLogsNums);
    }

    public StandinConfig withDump(String source) {
        return copy(
                host, port, Optional.of(source), dataDirectory, password, userPassword, binlogFileSize, expireLogsNums);
    }

    public StandinConfig withDataDirectory(Path directory) {
        return copy(host, port, dump, Optional.of(directory), password, userPassword, binlogFileSize, expireLogsNums);
    }

    public StandinConfig withPassword(String newPassword) {
        return copy(host, port, dump, dataDirectory, newPassword, userPassword, binlogFileSize, expireLogsNums);
    }

    public StandinConfig withUserPassword(String newPassword) {
        return copy(host, port, dump, dataDirectory, password, newPassword, binlogFileSize, expireLogsNums);
    }

    public StandinConfig withBinlogFileSize(long bytes) {
        return copy(host, port, dump, dataDirectory, password, userPassword, bytes, expireLogsNums);
    }

    public StandinConfig withExpireLogsNums(int files) {
        return copy(host, port, dump, dataDirectory, password, userPassword, binlogFileSize, files);
    }

    private StandinConfig copy(
            String newHost,
            int newPort,
            Optional<String> newDump,
            Optional<Path> newDirectory,
            String newPassword,
            String newUserPassword,
            long newFileSize,
            int newExpireNums) {
        return new StandinConfig(
                version,
                newHost,
                newPort,
                newDump,
                newDirectory,
                newPassword,
                newUserPassword,
                newFileSize,
                newExpireNums,
                databases,
                keepsData,
                quick,
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
                keepsData,
                quick,
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
                false,
                quick,
                clock);
    }

    public StandinConfig quickly() {
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
                keepsData,
                true,
                clock);
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
                keepsData,
                quick,
                newClock);
    }
}

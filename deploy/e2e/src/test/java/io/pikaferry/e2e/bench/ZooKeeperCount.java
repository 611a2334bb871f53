package io.pikaferry.e2e.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many transactions a coordinator's embedded ZooKeeper has carried out, by the number of the last one.
 * Each transaction is a write that is forced to the disk; one writes several nodes, or one.
 */
record ZooKeeperCount(long transactions) {

    private static final Pattern LAST = Pattern.compile("Zxid: 0x([0-9a-f]+)");

    /** @param directory of the embedded ZooKeeper */
    static ZooKeeperCount of(Path directory) {
        try (Socket socket = new Socket(
                "127.0.0.1",
                Integer.parseInt(Files.readString(directory.resolve("port")).trim()))) {
            socket.getOutputStream().write("srvr".getBytes(US_ASCII));
            Matcher last = LAST.matcher(new String(socket.getInputStream().readAllBytes(), US_ASCII));
            if (!last.find()) {
                throw new IllegalStateException("ZooKeeper does not say which transaction was its last");
            }
            return new ZooKeeperCount(Long.parseLong(last.group(1), 16));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    double transactionsSince(ZooKeeperCount before) {
        return transactions - before.transactions;
    }
}

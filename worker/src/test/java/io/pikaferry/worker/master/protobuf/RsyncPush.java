package io.pikaferry.worker.master.protobuf;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Sends a dump as a master up to 3.4 does, with the real rsync: data, a delete pass, then info (replication.md §4.2). */
final class RsyncPush {

    private static final List<String> TYPES = List.of("strings", "hashes", "lists", "sets", "zsets");

    private final Path secretFile;
    private final int port;

    /** @param port of the daemon */
    RsyncPush(Path workDirectory, int port, String secret) {
        this.port = port;
        this.secretFile = workDirectory.resolve("rsync.secret");
        try {
            Files.createDirectories(workDirectory);
            Files.writeString(secretFile, secret + "\n");
            Files.setPosixFilePermissions(secretFile, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether all of it went well; else info was not sent. */
    boolean push(Path dump, String remote) {
        boolean good = true;
        for (String type : TYPES) {
            good = good && rsync(dump + "/" + type + "/", remote + "/" + type + "/");
        }
        for (String type : TYPES) {
            good = rsync("--delete", dump + "/" + type + "/", remote + "/" + type + "/") && good;
        }
        return good && rsync(dump + "/info", remote + "/info");
    }

    private boolean rsync(String... options) {
        List<String> command = new ArrayList<>(
                List.of("rsync", "-avP", "--bwlimit=1048576", "--password-file=" + secretFile, "--port=" + port));
        command.addAll(List.of(options).subList(0, options.length - 1));
        command.add("rsync_user@127.0.0.1::document/" + options[options.length - 1]);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A recorded dump, unpacked. */
    static Path recorded(String version, Path into) throws IOException {
        try (ZipInputStream zip =
                new ZipInputStream(RsyncPush.class.getResourceAsStream("/master/dump-" + version + ".zip"), UTF_8)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = into.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(zip, file);
            }
        }
        return into;
    }

    /** Every file, by its path. */
    static List<String> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }
}

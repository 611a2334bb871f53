package io.pikaferry.standin.dump;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A directory or a zip with dumps in it, at whatever depth. {@code file.zip!part} takes only what lies
 * under a folder of that name.
 */
public final class DumpArchive {

    private final String source;
    private final DumpFormat format;
    private final List<Path> dumps;

    private DumpArchive(String source, DumpFormat format, List<Path> dumps) {
        this.source = source;
        this.format = format;
        this.dumps = dumps;
    }

    /** A zip is unpacked into the working directory first. */
    public static DumpArchive open(String source, DumpFormat format, Path workingDirectory) throws IOException {
        int bang = source.lastIndexOf('!');
        Path path = Path.of(bang < 0 ? source : source.substring(0, bang)).toAbsolutePath();
        String part = bang < 0 ? "" : source.substring(bang + 1);
        if (!Files.exists(path)) {
            throw new IOException("there is no dump at " + path);
        }
        Path root = path;
        if (Files.isRegularFile(path)) {
            root = workingDirectory.resolve("unpacked");
            Directories.delete(root);
            unpack(path, root);
        }
        try (Stream<Path> walk = Files.walk(root)) {
            List<Path> found = walk.filter(candidate -> Files.exists(candidate.resolve(format.mark())))
                    .filter(candidate -> part.isEmpty() || candidate.toString().contains("/" + part))
                    .filter(candidate -> Files.exists(candidate.resolve(DumpInfo.FILE)))
                    .sorted()
                    .toList();
            return new DumpArchive(source, format, found);
        }
    }

    /** The dump of a master with one database. */
    public Path only() throws IOException {
        if (dumps.isEmpty()) {
            throw new IOException("there is no complete %s dump in %s".formatted(format, source));
        }
        return dumps.get(0);
    }

    /** The dump of one of several databases, or of a slot of one: in a directory that ends like that. */
    public Optional<Path> of(String database) throws IOException {
        Optional<Path> found =
                dumps.stream().filter(dump -> dump.endsWith(database)).findFirst();
        return found.isEmpty() && database.equals("db0") ? Optional.of(only()) : found;
    }

    private static void unpack(Path zip, Path target) throws IOException {
        Path root = target.toAbsolutePath().normalize();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            Enumeration<? extends ZipEntry> entries = file.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                Path to = root.resolve(entry.getName()).normalize();
                if (!to.startsWith(root)) {
                    throw new IOException(zip + " has an entry outside of itself");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(to);
                } else {
                    Files.createDirectories(to.getParent());
                    try (InputStream in = file.getInputStream(entry)) {
                        Files.copy(in, to);
                    }
                }
            }
        }
    }
}

package io.pikaferry.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares with a file that people have looked at. {@code -Dgolden.update=true} rewrites the files instead. */
public final class Golden {

    private static final Path DIRECTORY = Path.of("src/test/resources/golden");

    private Golden() {}

    public static void check(String name, String actual) {
        check(DIRECTORY.resolve(name), actual);
    }

    public static void check(Path file, String actual) {
        try {
            if (Boolean.getBoolean("golden.update")) {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.writeString(file, actual);
            }
            assertThat(actual)
                    .as("%s; -Dgolden.update=true rewrites it", file)
                    .isEqualTo(Files.exists(file) ? Files.readString(file) : "(no such file)");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

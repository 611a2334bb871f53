package io.pikaferry.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** deploy/bin/ferryctl in a checkout of its own, with a Java that only tells how it was called. */
@Timeout(60)
class LauncherTest {

    @TempDir
    private Path home;

    private Path script;
    private Path jar;

    @BeforeEach
    void checkOut() throws IOException {
        home = home.toRealPath();
        script = Files.createDirectories(home.resolve("deploy/bin")).resolve("ferryctl");
        Files.copy(Path.of("../deploy/bin/ferryctl"), script);
        executable(script);
        Path java = Files.createDirectories(home.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nfor word in \"$@\"; do echo \"$word\"; done\n");
        executable(java);
        jar = Files.createFile(
                Files.createDirectories(home.resolve("ctl/target")).resolve("pikaferry-ctl-1.0.jar"));
        Files.createFile(jar.resolveSibling("pikaferry-ctl-1.0-sources.jar"));
    }

    @Test
    void passesEveryArgumentAsItIs() throws Exception {
        List<String> words = run(script, home, "status", "a b", "", "*").lines();

        assertThat(words).endsWith("io.pikaferry.ctl.CtlMain", "status", "a b", "", "*");
        assertThat(words.get(words.indexOf("-cp") + 1)).endsWith("/pikaferry-ctl-1.0.jar");
        assertThat(words).contains("-Dferryctl.terminal=false");
    }

    @Test
    void worksFromAnyDirectoryAndThroughSymbolicLinks() throws Exception {
        Path elsewhere = Files.createDirectories(home.resolve("else/where"));
        Path absolute = Files.createSymbolicLink(elsewhere.resolve("ferryctl"), script);
        Path relative = Files.createSymbolicLink(elsewhere.resolve("fc"), Path.of("../../deploy/bin/ferryctl"));
        Path twice = Files.createSymbolicLink(home.resolve("twice"), Path.of("else/where/fc"));

        for (Path link : List.of(absolute, relative, twice)) {
            List<String> words = run(link, elsewhere, "version").lines();
            assertThat(elsewhere.resolve(words.get(words.indexOf("-cp") + 1)).toRealPath())
                    .isEqualTo(jar);
        }
        List<String> words = run(Path.of("./fc"), elsewhere, "version").lines();
        assertThat(elsewhere.resolve(words.get(words.indexOf("-cp") + 1)).toRealPath())
                .isEqualTo(jar);
    }

    @Test
    void anArchiveIsUsedOnlyWhenItIsNewerThanTheJar() throws Exception {
        Path archive = Files.createFile(jar.resolveSibling("ferryctl.jsa"));
        Files.setLastModifiedTime(jar, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));

        assertThat(run(script, home, "version").lines()).anyMatch(word -> word.startsWith("-XX:SharedArchiveFile="));

        Files.setLastModifiedTime(archive, FileTime.from(Instant.parse("2025-01-01T00:00:00Z")));
        assertThat(run(script, home, "version").lines()).noneMatch(word -> word.startsWith("-XX:SharedArchiveFile="));
    }

    @Test
    void saysHowToBuildWhatIsNotBuilt() throws Exception {
        Files.delete(jar);

        Ended ended = run(script, home, "version");

        assertThat(ended.exit()).isEqualTo(1);
        assertThat(ended.lines())
                .containsExactly("ferryctl: it is not built yet", "  → mvn -q -DskipTests package, in " + home);
    }

    private record Ended(int exit, List<String> lines) {}

    private Ended run(Path command, Path directory, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(command.toString()));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile());
        builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output.lines().toList());
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}

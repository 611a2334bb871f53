package io.pikaferry.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What deploy/bin starts: a java that says with which words it was started. */
@Timeout(60)
class LaunchTest {

    @TempDir
    Path home;

    @BeforeEach
    void checkout() throws Exception {
        Path deploy = Path.of("../deploy").toAbsolutePath();
        Files.createDirectories(home.resolve("deploy/bin"));
        for (String file :
                List.of("launch.sh", "archive-classes", "bin/pikaferry-coordinator", "bin/pikaferry-worker")) {
            Files.copy(deploy.resolve(file), home.resolve("deploy").resolve(file));
        }
        Files.createDirectories(home.resolve("jdk/bin"));
        java("printf '%s\\n' \"$@\"");
        for (String module : List.of("coordinator", "worker")) {
            Path target = Files.createDirectories(home.resolve(module + "/target"));
            Files.createDirectories(target.resolve("lib"));
            Files.createFile(target.resolve("lib/b.jar"));
            Files.createFile(target.resolve("lib/a.jar"));
            Files.createFile(target.resolve("pikaferry-%s-1.0-tests.jar".formatted(module)));
            Files.setLastModifiedTime(
                    Files.createFile(target.resolve("pikaferry-%s-1.0.jar".formatted(module))),
                    FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        }
    }

    private void java(String script) throws IOException {
        Path java = home.resolve("jdk/bin/java");
        Files.writeString(java, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path target(String module) {
        return home.resolve(module + "/target");
    }

    @ParameterizedTest
    @ValueSource(strings = {"coordinator", "worker"})
    void passesEveryArgumentAsItIsAndNamesTheLibrariesInAFixedOrder(String module) throws Exception {
        List<String> words = run("deploy/bin/pikaferry-" + module, "--id", "a b", "", "*");

        assertThat(words).endsWith("--id", "a b", "", "*");
        assertThat(words.get(words.indexOf("-cp") + 1))
                .endsWith("/pikaferry-%s-1.0.jar:%s:%s"
                        .formatted(
                                module,
                                target(module).resolve("lib/a.jar"),
                                target(module).resolve("lib/b.jar")));
        assertThat(words).noneMatch(word -> word.contains(".jsa"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"coordinator", "worker"})
    void anArchiveIsUsedOnlyWhenItIsWholeAndNewerThanTheJar(String module) throws Exception {
        String program = "deploy/bin/pikaferry-" + module;
        Path archive = target(module).resolve("pikaferry-%s.5.jsa".formatted(module));
        Files.writeString(archive, "12345");
        assertThat(run(program)).contains("-XX:SharedArchiveFile=" + archive);

        Files.writeString(archive, "123");
        assertThat(run(program)).noneMatch(word -> word.contains(".jsa"));

        Files.writeString(archive, "12345");
        Files.setLastModifiedTime(archive, FileTime.from(Instant.parse("2025-01-01T00:00:00Z")));
        assertThat(run(program)).noneMatch(word -> word.contains(".jsa"));
    }

    @Test
    void theBuildKeepsTheArchiveThatARehearsalLeft() throws Exception {
        java("for word; do case $word in -XX:ArchiveClassesAtExit=*) printf 1234567 >\"${word#*=}\" ;; esac; done");
        Path older = Files.createFile(target("worker").resolve("pikaferry-worker.0.jsa"));

        archiveClasses();

        assertThat(target("worker").resolve("pikaferry-worker.7.jsa")).hasContent("1234567");
        assertThat(older).doesNotExist();
    }

    @Test
    void aRehearsalThatFailsCostsTheArchiveAndNotTheBuild() throws Exception {
        java("for word; do case $word in -XX:ArchiveClassesAtExit=*) printf 1 >\"${word#*=}\" ;; esac; done; exit 3");

        archiveClasses();

        assertThat(target("worker"))
                .isDirectoryNotContaining(file -> file.toString().contains("jsa"));
        assertThat(target("worker"))
                .isDirectoryNotContaining(file -> file.toString().contains("part"));
    }

    private void archiveClasses() throws Exception {
        run(
                "deploy/archive-classes",
                "pikaferry-worker",
                home.resolve("jdk").toString(),
                target("worker").toString());
    }

    private List<String> run(String program, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(home.resolve(program).toString()));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("PIKAFERRY_"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }
}

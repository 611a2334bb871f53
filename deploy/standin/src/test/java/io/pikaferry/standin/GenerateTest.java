package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Generated dumps hold what was asked for. */
@Timeout(60)
class GenerateTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"2.3.6", "3.0.16", "3.4.0", "3.5.5", "4.0.1"})
    void aGeneratedDumpIsServedWithAllItsKeys(String version) throws IOException {
        String out = directory.resolve("dump").toString();

        assertThat(run(
                        "--version",
                        version,
                        "--out",
                        out,
                        "--seed",
                        "7",
                        "--strings",
                        "1000:40",
                        "--hashes",
                        "10:600:20",
                        "--lists",
                        "20:7:9",
                        "--sets",
                        "30:3:16",
                        "--zsets",
                        "5:100:12",
                        "--ttl-share",
                        "0.3"))
                .isZero();

        try (StandinMaster master = new StandinMaster(
                StandinConfig.of(PikaVersion.parse(version)).dump(out).build())) {
            assertThat(reply(master, "KEYS", "*")).startsWith("*1065\r\n");
            assertThat(reply(master, "STRLEN", "string:000000000999")).isEqualTo(":40\r\n");
            assertThat(reply(master, "HLEN", "hash:000000000009")).isEqualTo(":600\r\n");
            assertThat(reply(master, "LLEN", "list:000000000000")).isEqualTo(":7\r\n");
            assertThat(reply(master, "SCARD", "set:000000000029")).isEqualTo(":3\r\n");
            assertThat(reply(master, "ZRANGE", "zset:000000000004", "99", "99", "WITHSCORES"))
                    .endsWith("$5\r\n99.25\r\n");
            long expiring = 0;
            for (int i = 0; i < 1000; i++) {
                expiring += reply(master, "TTL", "string:%012d".formatted(i)).equals(":-1\r\n") ? 0 : 1;
            }
            assertThat(expiring).isBetween(200L, 400L);
        }
    }

    @Test
    void theSameSeedGivesTheSameValues() throws IOException {
        String one = directory.resolve("one").toString();
        String other = directory.resolve("other").toString();
        run("--out", one, "--seed", "3", "--strings", "50:100");
        run("--out", other, "--seed", "3", "--strings", "50:100");

        assertThat(reply(one)).isEqualTo(reply(other));
    }

    private static String reply(String dump) throws IOException {
        try (StandinMaster master =
                new StandinMaster(StandinConfig.of(Generation.B).dump(dump).build())) {
            return reply(master, "MGET", "string:000000000000", "string:000000000049");
        }
    }

    @Test
    void aDirectoryThatHoldsSomethingIsLeftAlone() {
        StringWriter errors = new StringWriter();
        CommandLine commandLine = new CommandLine(new GenerateCommand())
                .setErr(new PrintWriter(errors))
                .setExecutionExceptionHandler((failure, parsed, result) -> {
                    errors.write(failure.getMessage());
                    return 1;
                });
        run("--out", directory.toString(), "--strings", "1:8");

        assertThat(commandLine.execute("--out", directory.toString(), "--strings", "1:8"))
                .isEqualTo(1);
        assertThat(errors.toString()).endsWith("is not empty");
    }

    private static int run(String... arguments) {
        return new CommandLine(new GenerateCommand()).execute(arguments);
    }

    private static String reply(StandinMaster master, String... words) {
        return new String(master.execute(words).bytes(), UTF_8);
    }
}

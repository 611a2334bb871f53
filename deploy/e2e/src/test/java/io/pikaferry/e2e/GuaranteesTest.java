package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table in docs/guarantees.md: each of its lines names tests, and there are such tests. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GuaranteesTest {

    private static final Path ROOT = Path.of("..", "..");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

    @Test
    void eachLineNamesATestThatExists() throws IOException {
        Set<String> tests = tests();
        for (String line : lines()) {
            Set<String> named = new TreeSet<>();
            Matcher matcher = TEST.matcher(line.substring(line.lastIndexOf('|', line.length() - 2)));
            while (matcher.find()) {
                named.add(matcher.group(1));
            }
            assertThat(named).as(line).isNotEmpty().isSubsetOf(tests);
        }
    }

    /** The rows of the table whose last column is headed Test. */
    private static List<String> lines() throws IOException {
        List<String> all = Files.readAllLines(ROOT.resolve("docs/guarantees.md"));
        int header = 0;
        while (!all.get(header).endsWith("| Test |")) {
            header++;
        }
        List<String> rows = all.stream()
                .skip(header + 2L)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertThat(rows).hasSizeGreaterThan(10);
        return rows;
    }

    private static Set<String> tests() throws IOException {
        try (Stream<Path> files = Stream.of("coordinator", "worker", "ctl", "deploy/standin", "deploy/e2e")
                .map(module -> ROOT.resolve(module).resolve("src/test/java"))
                .flatMap(GuaranteesTest::walk)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }

    private static Stream<Path> walk(Path directory) {
        try {
            return Files.walk(directory);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

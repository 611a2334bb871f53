package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documentation promises is backed by tests that exist. */
@Timeout(30)
class DocumentedTestsTest {

    private static final Path ROOT = Path.of("../..");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

    @ParameterizedTest
    @ValueSource(strings = {"docs/conformance.md", "docs/guarantees.md"})
    void everyNamedTestExists(String page) throws IOException {
        Set<String> named = new TreeSet<>();
        Matcher test = TEST.matcher(Files.readString(ROOT.resolve(page)));
        while (test.find()) {
            named.add(test.group(1) + ".java");
        }

        assertThat(named).isNotEmpty();
        assertThat(testClasses()).containsAll(named);
    }

    private static Set<String> testClasses() throws IOException {
        Set<String> classes = new TreeSet<>();
        for (String module : new String[] {"proto", "coordinator", "worker", "ctl", "deploy/standin", "deploy/e2e"}) {
            Path tests = ROOT.resolve(module).resolve("src/test/java");
            if (Files.isDirectory(tests)) {
                try (Stream<Path> files = Files.walk(tests)) {
                    classes.addAll(
                            files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()));
                }
            }
        }
        return classes;
    }
}

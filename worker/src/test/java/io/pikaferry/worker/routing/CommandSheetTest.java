package io.pikaferry.worker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.binlog.RespArrays;
import io.pikaferry.worker.master.Generation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ferryctl explain commands} and docs/commands.md say is what is done. */
@Timeout(60)
class CommandSheetTest {

    private static final Path SHEET = Path.of("../proto/src/main/resources/io/pikaferry/command/commands.tsv");

    @TempDir
    static Path directory;

    /** A changed rule is a changed line. */
    @Test
    void theSheetThatPeopleReadIsWhatTheTableSays() throws IOException {
        String sheet = CommandSheet.text();
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(SHEET, sheet);
        }

        assertThat(Files.readString(SHEET))
                .as(
                        "%s; mvn -pl worker -am test -Dtest=CommandSheetTest -Dsurefire.failIfNoSpecifiedTests=false"
                                + " -Dgolden.update=true rewrites it; then the same with -pl ctl rewrites docs/commands.md",
                        SHEET)
                .isEqualTo(sheet);
    }

    /** Of a recorded log: no key is read again of which the sheet does not say that it may be. */
    @ParameterizedTest
    @ValueSource(strings = {"2.3.6", "3.0.16", "3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void whatIsReadAgainIsSaidToBe(String version) {
        RecordedCorpus corpus = RecordedCorpus.unpacked(version, directory);
        CommandMapper mapper = CommandMapper.forSource(corpus.version());
        RespArrays arrays = Generation.of(corpus.version()).orElseThrow() == Generation.A
                ? RespArrays.withTrailingArguments()
                : RespArrays.plain();
        Set<String> readAgain = new HashSet<>();
        for (List<BinlogItem> items : corpus.streams()) {
            for (BinlogItem item : items) {
                List<byte[][]> commands = arrays.commands(item);
                if (mayBeReadAgain(mapper.map(item))) {
                    // Several in one item are an MSET.
                    readAgain.add(
                            commands.size() > 1
                                    ? "mset"
                                    : Items.text(commands.get(0)[0]).toLowerCase(Locale.ROOT));
                }
            }
        }

        assertThat(readAgain).isNotEmpty().allSatisfy(name -> assertThat(
                        CommandSheet.line(version, name).orElseThrow().reread())
                .as(name)
                .isNotEmpty());
    }

    private static boolean mayBeReadAgain(Mapped mapped) {
        return mapped instanceof Mapped.Reread
                || mapped instanceof Mapped.Commands some
                        && some.commands().stream()
                                .anyMatch(each ->
                                        each.doubtful().length > 0 || each.expiry() == TargetCommand.Expiry.UNSAID);
    }
}

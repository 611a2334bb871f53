package io.pikaferry.worker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.binlog.RespArrays;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.PikaVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CommandTableTest {

    @TempDir
    static Path directory;

    @Test
    void aReleaseHasOneRowForACommand() {
        for (String release : CommandSheet.RELEASES) {
            List<String> names = CommandTable.rowsOf(PikaVersion.parse(release)).stream()
                    .map(CommandRow::name)
                    .toList();
            assertThat(names).as(release).doesNotHaveDuplicates();
        }
    }

    /** The writes that each release's own command table knows (pika_command.cc), counted over all its names. */
    @ParameterizedTest
    @CsvSource({
        "2.3.0, 57", "2.3.3, 58", "3.0.0, 57", "3.0.1, 58", "3.0.2, 60", "3.0.8, 61", "3.0.16, 62", "3.1.1, 62",
        "3.2.1, 64", "3.2.3, 65", "3.4.1, 65", "3.5.0, 69", "3.5.1, 70", "3.5.2, 72", "3.5.3, 75", "4.0.0, 78",
        "4.0.1, 78"
    })
    void everyWriteCommandOfAReleaseHasARow(String release, int writeCommands) {
        // PADDING comes with slaves before it is a command (3.0.10, not 3.1.0); DUMMY never is one.
        Set<String> fillers = Set.of("padding", "dummy");
        PikaVersion version = PikaVersion.parse(release);
        boolean paddingIsACommand = version.atLeast(3, 0, 10);

        long rows = CommandTable.rowsOf(version).stream()
                .filter(row -> !fillers.contains(row.name()))
                .count();

        assertThat(rows + (paddingIsACommand ? 1 : 0)).isEqualTo(writeCommands);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.3.6", "3.0.16", "3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void everyCommandInARecordedLogHasARow(String version) {
        RecordedCorpus corpus = RecordedCorpus.unpacked(version, directory);
        RespArrays arrays = Generation.of(corpus.version()).orElseThrow() == Generation.A
                ? RespArrays.withTrailingArguments()
                : RespArrays.plain();
        Set<String> names = CommandTable.rowsOf(corpus.version()).stream()
                .filter(row -> row.treatment() != Treatment.NEVER_LOGGED)
                .map(CommandRow::name)
                .collect(Collectors.toSet());

        Set<String> logged = new TreeSet<>();
        for (List<BinlogItem> items : corpus.streams()) {
            for (BinlogItem item : items) {
                arrays.commands(item)
                        .forEach(args -> logged.add(Items.text(args[0]).toLowerCase(Locale.ROOT)));
            }
        }

        assertThat(names).containsAll(logged);
        assertThat(logged).hasSizeGreaterThan(45);
    }

    @Test
    void aNameIsFoundInAnyCase() {
        CommandIndex index = new CommandIndex(CommandTable.rowsOf(PikaVersion.parse("4.0.1")));

        assertThat(index.find(Items.bytes("SlotsMgrt-Exec-Wrapper"))).isPresent();
        assertThat(index.find(Items.bytes("hset"))).isEqualTo(index.find(Items.bytes("HSET")));
        assertThat(index.find(Items.bytes("hse"))).isEmpty();
        assertThat(index.find(Items.bytes("slotsmgrt\rexec\rwrapper"))).isEmpty();
        assertThat(index.find(new byte[0])).isEmpty();
    }
}

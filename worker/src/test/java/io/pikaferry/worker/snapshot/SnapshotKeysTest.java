package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.StreamId;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SnapshotKeysTest {

    private static final SnapshotConfig CONFIG = SnapshotConfig.defaults();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pika-2.3.6",
                "pika-3.0.16",
                "pika-3.1.1",
                "pika-3.4.0-sharding",
                "pika-3.5.5",
                "pika-4.0.1",
                "wire-4.0.1"
            })
    void exactlyTheKeysOfTheServerAreThere(String name) {
        RecordedDump dump = RecordedDump.unpacked(name, directory);

        try (SnapshotKeys keys = SnapshotKeys.open(dump.streams(), dump.asOfSeconds(), CONFIG)) {
            dump.keys().keySet().forEach(key -> {
                assertThat(keys.contains(key.db(), key.key().array()))
                        .as(Hex.of(key.key()))
                        .isTrue();
                assertThat(dump.streams().keySet().stream()
                                .filter(stream -> stream.db() == key.db())
                                .filter(stream ->
                                        keys.contains(stream, key.key().array())))
                        .as("one slot has it")
                        .hasSize(1);
                assertThat(keys.contains(7, key.key().array())).isFalse();
                assertThat(keys.contains(new StreamId(0, 99), key.key().array()))
                        .isFalse();
            });
            for (String dead : new String[] {"str:expired", "h:deleted", "l:trim0", "nobody:wrote:this"}) {
                assertThat(keys.contains(0, dead.getBytes(UTF_8))).as(dead).isFalse();
            }
        }
    }

    @Test
    void aDestroyedNameIsThereIfItMayBe() {
        try (FloydDump dump = new FloydDump(directory)) {
            dump.string("a\0lost", new byte[] {1}, 0);
            dump.string("dead\0lost", new byte[] {1}, 5);
            dump.string("b\0", new byte[] {1}, 0);
        }

        try (SnapshotKeys keys = SnapshotKeys.open(Map.of(StreamId.ONLY, directory), Scans.AS_OF, CONFIG)) {
            assertThat(keys.contains(0, "a\0lost".getBytes(UTF_8))).isTrue();
            assertThat(keys.contains(0, "a\0tsol".getBytes(UTF_8))).as("may be").isTrue();
            assertThat(keys.contains(0, "a\0longer".getBytes(UTF_8))).isFalse();
            assertThat(keys.contains(0, "a\0".getBytes(UTF_8))).isFalse();
            assertThat(keys.contains(0, "b\0".getBytes(UTF_8))).isTrue();
            assertThat(keys.contains(0, "dead\0lost".getBytes(UTF_8))).isFalse();
        }
    }
}

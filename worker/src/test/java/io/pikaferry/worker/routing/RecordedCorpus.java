package io.pikaferry.worker.routing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.binlog.RecordedBinlog;
import io.pikaferry.worker.fixture.ContentComparison.Difference;
import io.pikaferry.worker.fixture.ExpectedContent;
import io.pikaferry.worker.fixture.Fixtures;
import io.pikaferry.worker.master.PikaVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What a Pika release logged, and what it then had. */
record RecordedCorpus(PikaVersion version, Path folder) {

    /** Every write command of the release. */
    static RecordedCorpus unpacked(String version, Path into) {
        return new RecordedCorpus(PikaVersion.parse(version), Fixtures.unzip("routing/wire-" + version, into));
    }

    /** Every kind of key, mostly with odd content; a few writes come after what it then had, to keys {@code after:…}. */
    static RecordedCorpus ofOddKeys(String version, Path into) {
        return new RecordedCorpus(PikaVersion.parse(version), Fixtures.unzip("routing/pika-" + version, into));
    }

    /** Of every database its items. */
    List<List<BinlogItem>> streams() {
        Path binlog = folder.resolve("binlog");
        RecordedBinlog reader = new RecordedBinlog(version.atLeast(3, 0, 0));
        if (version.below(3, 1, 0)) {
            return List.of(reader.items(binlog, StreamId.ONLY));
        }
        List<List<BinlogItem>> streams = new ArrayList<>();
        for (int db = 0; Files.exists(binlog.resolve("log_db" + db)); db++) {
            streams.add(reader.items(binlog.resolve("log_db" + db), new StreamId(db, 0)));
        }
        return streams;
    }

    ExpectedContent expected() {
        Path last = folder.resolve("expected-final.json");
        return ExpectedContent.read(Files.exists(last) ? last : folder.resolve("expected.json"));
    }

    /** What an independent replay of the same log onto a Redis could not make equal. */
    List<Difference> documentedDifferences() {
        try {
            List<Difference> differences = new ArrayList<>();
            for (JsonNode each : new ObjectMapper()
                    .readTree(folder.resolve("replay-differences.json").toFile())) {
                differences.add(new Difference(
                        Integer.parseInt(each.get("db").asText().substring(2)),
                        Bytes.owning(HexFormat.of().parseHex(each.get("key").asText())),
                        each.get("difference").asText()));
            }
            return differences;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

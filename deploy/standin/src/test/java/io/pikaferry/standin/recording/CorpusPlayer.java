package io.pikaferry.standin.recording;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import io.pikaferry.standin.StandinMaster;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives a stand-in every write command that a real master was recorded with, each at its recorded
 * time and with the recorded luck, so that it writes the same log. Used by one thread.
 */
public final class CorpusPlayer {

    private static final int RECORDED_REPLY_LIMIT = 300;
    private static final Pattern BULK = Pattern.compile("\\$\\d+\r\n([^\r]*)\r\n");
    private static final Pattern LOGGED_MILLIS = Pattern.compile("\\$13\r\n(\\d{13})\r\n");
    private static final Pattern STREAM_ID = Pattern.compile("\\$\\d+\r\n(\\d+)-\\d+\r\n");

    private final PikaVersion version;
    private final List<JsonNode> corpus;
    private final NavigableMap<Integer, RecordedBinlog> binlogs = new TreeMap<>();
    private final AtomicLong now = new AtomicLong();
    private final Deque<Bytes> popped = new ArrayDeque<>();

    /** @param recording the unpacked {@code wire-VERSION} */
    public CorpusPlayer(Fixture recording, PikaVersion version) throws IOException {
        this.version = version;
        corpus = recording.lines("corpus.jsonl");
        if (Files.exists(recording.path("binlog/log_db0"))) {
            binlogs.put(0, new RecordedBinlog(recording.path("binlog/log_db0"), version));
            binlogs.put(1, new RecordedBinlog(recording.path("binlog/log_db1"), version));
        } else {
            binlogs.put(0, new RecordedBinlog(recording.path("binlog"), version));
        }
        now.set(binlogs.get(0).execTime(0) * 1000);
    }

    /** By database. */
    public NavigableMap<Integer, RecordedBinlog> binlogs() {
        return binlogs;
    }

    /** What the stand-in has to go by. */
    public InstantSource clock() {
        return () -> Instant.ofEpochMilli(now.get());
    }

    public void setClock(long millis) {
        now.set(millis);
    }

    /** The index of the member that SPOP took in the recording. */
    public int dice(List<Bytes> members) {
        return members.indexOf(popped.poll());
    }

    /** Returns the replies that were not the recorded ones. */
    public List<String> play(StandinMaster master) throws IOException {
        List<String> wrong = new ArrayList<>();
        int selected = 0;
        try (Client client = new Client(master)) {
            for (JsonNode line : corpus) {
                int database = line.get("db").asInt();
                if (database != selected) {
                    client.send("SELECT", Integer.toString(database));
                    selected = database;
                }
                String expected = line.get("reply").asText();
                Request request = request(line);
                RecordedBinlog recorded = binlogs.get(database);
                long item = master.database(database).binlog().items();
                now.set(recorded.execTime(item) * 1000);
                prepareChance(request, expected, recorded.item(item));
                String actual = client.send(request);
                if (actual.length() > RECORDED_REPLY_LIMIT) {
                    actual = actual.substring(0, RECORDED_REPLY_LIMIT);
                }
                if (!actual.equals(expected)
                        && !(isInAnyOrder(request) && sorted(actual).equals(sorted(expected)))) {
                    wrong.add("%d %s: %s instead of %s"
                            .formatted(line.get("n").asInt(), line.get("argv_text"), actual, expected));
                }
            }
        }
        return wrong;
    }

    /** 4.0 lists a union as its hash table has it. */
    private boolean isInAnyOrder(Request request) {
        return version.atLeast(4, 0, 0) && request.name().equals("sunion");
    }

    private static List<String> sorted(String reply) {
        return reply.lines().sorted().toList();
    }

    private static Request request(JsonNode line) {
        List<Bytes> words = new ArrayList<>();
        line.get("argv_hex")
                .forEach(word -> words.add(Bytes.owning(HexFormat.of().parseHex(word.asText()))));
        return new Request(words);
    }

    /** What the recorded master drew by lot or read off its clock happens here too. */
    private void prepareChance(Request request, String expected, String logged) {
        if (request.name().equals("spop") || request.name().equals("exec")) {
            Matcher members = BULK.matcher(expected);
            while (members.find()) {
                popped.add(Bytes.owning(members.group(1).getBytes(ISO_8859_1)));
            }
        }
        Matcher id = STREAM_ID.matcher(expected);
        if (request.name().equals("xadd") && request.words().contains(Bytes.utf8("*")) && id.matches()) {
            now.set(Long.parseLong(id.group(1)));
        }
        Matcher millis = LOGGED_MILLIS.matcher(logged);
        if ((request.name().equals("psetex") || request.name().equals("pexpire")) && millis.find()) {
            now.set(Long.parseLong(millis.group(1)) - Long.parseLong(request.text(2)));
        }
    }
}

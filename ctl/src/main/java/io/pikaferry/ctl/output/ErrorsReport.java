package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.pikaferry.ctl.output.Table.Cell;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.proto.v1.ListErrorsResponse;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A job's error ledger: what could not be applied as it was. Names keys, because the operator asked for them. */
public final class ErrorsReport implements Report {

    private static final int KEY_LENGTH = 48;

    private final String job;
    private final ListErrorsResponse ledger;

    public ErrorsReport(String job, ListErrorsResponse ledger) {
        this.job = requireNonNull(job, "job is null");
        this.ledger = requireNonNull(ledger, "ledger is null");
    }

    /** What did not fit into the ledger. */
    public long dropped() {
        return ledger.getDropped();
    }

    @Override
    public List<String> table(boolean colour) {
        return table(colour, KEY_LENGTH);
    }

    @Override
    public List<String> wide(boolean colour) {
        return table(colour, Integer.MAX_VALUE);
    }

    private List<String> table(boolean colour, int keyLength) {
        Table table = new Table("ID", "CODE", "DB", "POSITION", "KEY", "COUNT", "STATE", "LAST", "MESSAGE");
        for (LedgerEntry entry : ledger.getErrorsList()) {
            String key = readable(entry.getKey());
            table.add(List.of(
                    Cell.of(entry.getId()),
                    Cell.of(entry.getCode()),
                    Cell.of(database(entry)),
                    Cell.of(position(entry)),
                    Cell.of(key.length() <= keyLength ? key : key.substring(0, keyLength - 1) + "…"),
                    Cell.of(entry.getCount()),
                    new Cell(entry.getState(), isSettled(entry) ? Ink.PLAIN : Ink.ATTENTION),
                    Cell.of(EventsReport.time(entry.getAtMillis())),
                    Cell.of(entry.getMessage())));
        }
        return table.lines(colour);
    }

    @Override
    public Object document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("job", job);
        document.put(
                "errors",
                ledger.getErrorsList().stream().map(ErrorsReport::document).toList());
        document.put("dropped", ledger.getDropped());
        return document;
    }

    @Override
    public List<String> names() {
        return ledger.getErrorsList().stream().map(LedgerEntry::getId).toList();
    }

    static Map<String, Object> document(LedgerEntry entry) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", entry.getId());
        document.put("code", entry.getCode());
        document.put("command", entry.getCommand().isEmpty() ? null : entry.getCommand());
        document.put("message", entry.getMessage());
        document.put("remedy", remedy(entry).orElse(null));
        document.put("key", readable(entry.getKey()));
        document.put(
                "keyBase64", Base64.getEncoder().encodeToString(entry.getKey().toByteArray()));
        document.put("keyBytes", Math.max(entry.getKeyBytes(), entry.getKey().size()));
        document.put("db", entry.getDb());
        document.put("sourceDb", entry.getSourceDb());
        document.put("slot", entry.getSlot());
        document.put("filenum", entry.hasPosition() ? entry.getPosition().getFilenum() : null);
        document.put("offset", entry.hasPosition() ? entry.getPosition().getOffset() : null);
        document.put("firstMillis", firstMillis(entry));
        document.put("atMillis", entry.getAtMillis());
        document.put("count", entry.getCount());
        document.put("state", entry.getState());
        return document;
    }

    static String database(LedgerEntry entry) {
        return entry.getSlot() == 0 ? "db" + entry.getDb() : "db" + entry.getDb() + "/" + entry.getSlot();
    }

    static String position(LedgerEntry entry) {
        if (entry.hasPosition()) {
            return Words.position(entry.getPosition());
        }
        return entry.getId().startsWith("snapshot/") ? "snapshot" : "-";
    }

    static long firstMillis(LedgerEntry entry) {
        return entry.getFirstMillis() == 0 ? entry.getAtMillis() : entry.getFirstMillis();
    }

    /** What the code says about it; empty for a code of a later release. */
    static Optional<String> remedy(LedgerEntry entry) {
        return ErrorCode.find(entry.getCode()).map(ErrorCode::remedy);
    }

    private static boolean isSettled(LedgerEntry entry) {
        return entry.getState().equals("resolved") || entry.getState().equals("ignored");
    }

    /** As it is when it is text, and otherwise with {@code \xhh} for whatever cannot be shown. */
    static String readable(ByteString key) {
        if (key.isValidUtf8()
                && key.toStringUtf8().codePoints().noneMatch(c -> Character.isISOControl(c) || c == '\\')) {
            return key.toStringUtf8();
        }
        StringBuilder text = new StringBuilder();
        for (byte b : key) {
            if (b >= 0x20 && b < 0x7f && b != '\\') {
                text.append((char) b);
            } else {
                text.append(String.format("\\x%02x", b));
            }
        }
        return text.toString();
    }
}

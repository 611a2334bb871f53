package io.pikaferry.worker.master.protobuf;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.ServerInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a master's logs end, as its client port tells. The line is written differently in nearly every release:
 *
 * <pre>
 *   db0:binlog_offset=3 163420,safety_purge=none       INFO log of 3.1, INFO replication of 3.5 and 4.0
 *   (default|3):binlog_offset=0 71,…                   INFO log of 3.1 in sharding mode
 *   db0 binlog_offset=3 163420,…                       INFO replication of 3.2 – 3.4
 *   (db0:3) binlog_offset=0 71,…                       PKCLUSTER INFO SLOT
 * </pre>
 */
final class ProducerPositions {

    private static final Pattern LINE = Pattern.compile(
            "\\(?(?:db(\\d{1,4})|default)(?:[:_|](\\d{1,6}))?\\)?[: ]+binlog_offset=(\\d{1,10}) (\\d{1,18})\\b.*");

    private static final long LAST_FILE = 0xffff_ffffL;

    private ProducerPositions() {}

    static Map<StreamId, BinlogPosition> in(ServerInfo info) {
        Map<StreamId, BinlogPosition> positions = new HashMap<>();
        for (String line : info.lines()) {
            Matcher fields = LINE.matcher(line);
            if (fields.matches() && Long.parseLong(fields.group(3)) <= LAST_FILE) {
                int slot = fields.group(2) == null ? 0 : Integer.parseInt(fields.group(2));
                int db = fields.group(1) == null ? 0 : Integer.parseInt(fields.group(1));
                positions.put(
                        new StreamId(db, slot),
                        new BinlogPosition(Long.parseLong(fields.group(3)), Long.parseLong(fields.group(4))));
            }
        }
        return positions;
    }
}

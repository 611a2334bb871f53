package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes the keys of one database that match, by SCAN. The job's own keys stay. Repeatable; the connection stands in the
 * control database before and after.
 */
public final class KeySweep {

    private static final byte[] SCAN_COUNT = Words.ascii("1000");
    private static final byte[] OWN_PREFIX = Words.ascii(TargetKeys.PREFIX);

    private final TargetLink link;
    private final int controlDb;

    public KeySweep(TargetLink link, int controlDb) {
        this.link = link;
        this.controlDb = controlDb;
    }

    /** @return how many keys went */
    public long run(int db, KeyFilter filter) {
        checked(link.call(Words.SELECT, Words.ascii(db)), "SELECT");
        long removed = 0;
        byte[] cursor = Words.ascii("0");
        do {
            List<?> page = (List<?>) checked(
                    link.call(
                            Words.SCAN, cursor, Words.MATCH, filter.pattern().getBytes(UTF_8), Words.COUNT, SCAN_COUNT),
                    "SCAN");
            cursor = (byte[]) page.get(0);
            removed += remove((List<?>) page.get(1), filter);
        } while (!(cursor.length == 1 && cursor[0] == '0'));
        checked(link.call(Words.SELECT, Words.ascii(controlDb)), "SELECT");
        return removed;
    }

    private long remove(List<?> found, KeyFilter filter) {
        List<byte[]> keys = new ArrayList<>();
        for (Object each : found) {
            byte[] key = (byte[]) each;
            if (!isOurs(key) && filter.belongs().test(key)) {
                keys.add(key);
            }
        }
        if (filter.redisType().isPresent() && !keys.isEmpty()) {
            List<byte[][]> types =
                    keys.stream().map(key -> new byte[][] {Words.TYPE, key}).toList();
            List<Object> replies = link.exchange(types);
            List<byte[]> typed = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                if (new String((byte[]) checked(replies.get(i), "TYPE"), US_ASCII)
                        .equals(filter.redisType().get())) {
                    typed.add(keys.get(i));
                }
            }
            keys = typed;
        }
        if (keys.isEmpty()) {
            return 0;
        }
        byte[][] unlink = new byte[keys.size() + 1][];
        unlink[0] = Words.UNLINK;
        for (int i = 0; i < keys.size(); i++) {
            unlink[i + 1] = keys.get(i);
        }
        return (Long) checked(link.call(unlink), "UNLINK");
    }

    private static boolean isOurs(byte[] key) {
        if (key.length < OWN_PREFIX.length) {
            return false;
        }
        for (int i = 0; i < OWN_PREFIX.length; i++) {
            if (key[i] != OWN_PREFIX[i]) {
                return false;
            }
        }
        return true;
    }

    private static Object checked(Object reply, String doing) {
        if (reply instanceof TargetError error) {
            ErrorCode code =
                    error.code() == ErrorCode.TARGET_REJECTED_COMMAND ? ErrorCode.TARGET_UNSUPPORTED : error.code();
            throw new FerryException(code, "the target refused " + doing + ": " + error.message());
        }
        return reply;
    }
}

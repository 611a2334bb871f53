package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;

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
        long[] removed = new long[1];
        scan(db, filter, keys -> removed[0] += remove(keys));
        return removed[0];
    }

    /** The keys that would go, no more than the filter allows; nothing is removed. */
    List<byte[]> firstOf(int db, KeyFilter filter) {
        TreeSet<byte[]> first = new TreeSet<>(Arrays::compareUnsigned);
        scan(db, filter, keys -> {
            for (byte[] key : keys) {
                first.add(key);
                if (first.size() > filter.atMost()) {
                    first.pollLast();
                }
            }
        });
        return List.copyOf(first);
    }

    private void scan(int db, KeyFilter filter, Consumer<List<byte[]>> onKeys) {
        checked(link.call(Words.SELECT, Words.ascii(db)), "SELECT");
        byte[] cursor = Words.ascii("0");
        do {
            List<?> page = (List<?>) checked(
                    link.call(Words.SCAN, cursor, Words.MATCH, filter.pattern().array(), Words.COUNT, SCAN_COUNT),
                    "SCAN");
            cursor = (byte[]) page.get(0);
            List<byte[]> keys = matching((List<?>) page.get(1), filter);
            if (!keys.isEmpty()) {
                onKeys.accept(keys);
            }
        } while (!(cursor.length == 1 && cursor[0] == '0'));
        checked(link.call(Words.SELECT, Words.ascii(controlDb)), "SELECT");
    }

    private List<byte[]> matching(List<?> found, KeyFilter filter) {
        List<byte[]> keys = new ArrayList<>();
        for (Object each : found) {
            byte[] key = (byte[]) each;
            if (!isOurs(key) && filter.belongs().test(key)) {
                keys.add(key);
            }
        }
        if (filter.redisType().isEmpty() || keys.isEmpty()) {
            return keys;
        }
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
        return typed;
    }

    private long remove(List<byte[]> keys) {
        return (Long) checked(link.call(unlink(keys)), "UNLINK");
    }

    static byte[][] unlink(List<byte[]> keys) {
        byte[][] unlink = new byte[keys.size() + 1][];
        unlink[0] = Words.UNLINK;
        for (int i = 0; i < keys.size(); i++) {
            unlink[i + 1] = keys.get(i);
        }
        return unlink;
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

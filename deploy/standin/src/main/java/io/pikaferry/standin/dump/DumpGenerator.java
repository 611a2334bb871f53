package io.pikaferry.standin.dump;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Value;
import io.pikaferry.standin.dataset.ZsetValue.Scored;
import io.pikaferry.standin.dump.DumpPlan.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.rocksdb.RocksDBException;

/**
 * Writes dumps of any size. Everything follows from the plan: the same plan gives the same keys,
 * {@code <type>:<number>} with twelve digits, and elements that begin with their number.
 */
public final class DumpGenerator {

    private static final int DAY = 86_400;
    private static final int POOL_BYTES = 1 << 20;

    private final DumpPlan plan;
    private final byte[] pool;

    public DumpGenerator(DumpPlan plan) {
        this.plan = plan;
        pool = new byte[POOL_BYTES];
        SplittableRandom random = new SplittableRandom(plan.seed());
        for (int i = 0; i < POOL_BYTES; i++) {
            pool[i] = (byte) ('a' + random.nextInt(26));
        }
    }

    /** Writes a dump with {@code info} as the last file. */
    public void write(DumpFormat format, Path directory) throws IOException {
        Files.createDirectories(directory);
        boolean inMillis = format == DumpFormat.FLOYD;
        try (DumpWriter writer = format.writer(directory, plan.epochSeconds() * 1000, SubDatabase.Mode.BULK)) {
            writeKeys(writer, inMillis ? 1000 : 1);
        } catch (RocksDBException e) {
            throw new IOException("the dump in " + directory + " is not writable: " + e.getMessage(), e);
        }
        Files.writeString(
                directory.resolve(DumpInfo.FILE), new DumpInfo("0s", "127.0.0.1", 9221, new Position(0, 0)).text());
    }

    /** In the alphabetical order of the types' names, which is ascending where all share one key space. */
    private void writeKeys(DumpWriter writer, long unit) throws RocksDBException {
        Optional<Keys> hashes = plan.hashes();
        for (long i = 0; hashes.isPresent() && i < hashes.get().count(); i++) {
            writer.hash(key("hash", i), fields(i, hashes.get()), expireAt(1, i) * unit);
        }
        Optional<Keys> lists = plan.lists();
        for (long i = 0; lists.isPresent() && i < lists.get().count(); i++) {
            writer.list(key("list", i), elements(i, lists.get()), expireAt(2, i) * unit);
        }
        Optional<Keys> sets = plan.sets();
        for (long i = 0; sets.isPresent() && i < sets.get().count(); i++) {
            writer.set(key("set", i), elements(i, sets.get()), expireAt(3, i) * unit);
        }
        Optional<Keys> strings = plan.strings();
        for (long i = 0; strings.isPresent() && i < strings.get().count(); i++) {
            writer.string(key("string", i), value(i, 0, strings.get().bytes()), expireAt(0, i) * unit);
        }
        Optional<Keys> zsets = plan.zsets();
        for (long i = 0; zsets.isPresent() && i < zsets.get().count(); i++) {
            writer.zset(key("zset", i), scored(i, zsets.get()), expireAt(4, i) * unit);
        }
    }

    private static Bytes key(String type, long number) {
        return Bytes.owning((type + ":" + digits(number, 12)).getBytes(US_ASCII));
    }

    private Iterator<Map.Entry<Bytes, Bytes>> fields(long number, Keys keys) {
        return each(
                keys,
                i -> Map.entry(
                        Bytes.owning(("field:" + digits(i, 8)).getBytes(US_ASCII)), value(number, i, keys.bytes())));
    }

    private Iterator<Bytes> elements(long number, Keys keys) {
        return each(keys, i -> value(number, i, keys.bytes()));
    }

    private Iterator<Scored> scored(long number, Keys keys) {
        return each(keys, i -> new Scored(i + 0.25, value(number, i, keys.bytes())));
    }

    private static <T> Iterator<T> each(Keys keys, IntFunction<T> element) {
        return IntStream.range(0, keys.elements()).mapToObj(element).iterator();
    }

    /** The element's number, so that elements differ and ascend, and letters from the pool. */
    private Bytes value(long key, int element, int bytes) {
        byte[] value = new byte[Math.max(bytes, 8)];
        byte[] number = digits(element, 8).getBytes(US_ASCII);
        System.arraycopy(number, 0, value, 0, 8);
        long mixed = (key * 31 + element) * 0x9e3779b97f4a7c15L + plan.seed();
        int at = 8;
        int from = (int) Math.floorMod(mixed, (long) POOL_BYTES);
        while (at < value.length) {
            int length = Math.min(value.length - at, POOL_BYTES - from);
            System.arraycopy(pool, from, value, at, length);
            at += length;
            from = 0;
        }
        return Bytes.owning(value);
    }

    private static String digits(long number, int width) {
        String digits = Long.toString(number);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    private long expireAt(int type, long number) {
        SplittableRandom random = new SplittableRandom(plan.seed() ^ (number << 3) ^ type);
        if (random.nextDouble() >= plan.ttlShare()) {
            return Value.NEVER;
        }
        return plan.epochSeconds() + DAY + random.nextInt(29 * DAY);
    }
}

package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Records of dumps: the meta of a hash with an expiry, and where the name of a field begins and ends. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RecordsBenchmark {

    private final NemoRecords nemo = new NemoRecords(new Corruption("db0.0/hash"));
    private final BlackwidowRecords blackwidow = new BlackwidowRecords(new Corruption("db0.0/hashes"));
    private final FloydRecords floyd = new FloydRecords(new Corruption("db0.0/1"));

    private final byte[] nemoMeta = HexFormat.of().parseHex("02000000000000005136036b00943577");
    private final byte[] blackwidowMeta = HexFormat.of().parseHex("020000004a37036b00943577");
    private final byte[] blackwidowData =
            concat(BlackwidowRecords.dataPrefix("user:1234567".getBytes(US_ASCII), 17), "name:1000".getBytes(US_ASCII));
    private final byte[] floydKey = FloydRecords.metaKey("user:1234567".getBytes(US_ASCII));

    @Benchmark
    public Object nemoMeta() {
        return nemo.meta(PikaType.HASH, nemoMeta, nemoMeta.length);
    }

    @Benchmark
    public Object blackwidowMeta() {
        return blackwidow.meta(PikaType.HASH, blackwidowMeta, blackwidowMeta.length);
    }

    @Benchmark
    public byte[] blackwidowUserKey() {
        return blackwidow.userKeyOfData(blackwidowData);
    }

    @Benchmark
    public byte[] floydUserKey() {
        return floyd.userKey(floydKey, floyd.delimiterEnd(floydKey, floydKey.length));
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = java.util.Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}

package io.pikaferry.worker.binlog;

import java.util.List;
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

/** An item's content into arguments. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class BinlogBenchmark {

    private final RespArrays arrays = RespArrays.plain();
    private final BinlogItem set = LoggedItems.set(100);
    private final BinlogItem hash = LoggedItems.pairs(10, "HMSET", "user:1234567");

    @Benchmark
    public List<byte[][]> setOf100Bytes() {
        return arrays.commands(set);
    }

    @Benchmark
    public List<byte[][]> hashOf10Fields() {
        return arrays.commands(hash);
    }
}

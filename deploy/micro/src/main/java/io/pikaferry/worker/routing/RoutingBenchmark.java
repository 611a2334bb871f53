package io.pikaferry.worker.routing;

import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.binlog.LoggedItems;
import io.pikaferry.worker.master.PikaVersion;
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

/** An item into commands for the target, its content read and its lane found. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RoutingBenchmark {

    private static final int LANES = 4;

    private final CommandMapper mapper = CommandMapper.forSource(new PikaVersion(3, 4, 0));
    private final BinlogItem set = LoggedItems.set(100);
    private final BinlogItem push = LoggedItems.item("RPUSH", "queue:1234567", "v".repeat(50));
    private final BinlogItem mset = LoggedItems.pairs(10, "MSET");

    @Benchmark
    public int setOf100Bytes() {
        return lanes(mapper.map(set));
    }

    @Benchmark
    public int push() {
        return lanes(mapper.map(push));
    }

    @Benchmark
    public int msetOf10Keys() {
        return lanes(mapper.map(mset));
    }

    private static int lanes(Mapped mapped) {
        int lanes = 0;
        for (TargetCommand command : ((Mapped.Commands) mapped).commands()) {
            lanes = 31 * lanes + LaneOf.lane(command.keys()[0], LANES);
        }
        return lanes;
    }
}

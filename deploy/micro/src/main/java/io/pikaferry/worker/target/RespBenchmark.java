package io.pikaferry.worker.target;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Commands into what is sent to the target; the time of one command. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RespBenchmark {

    private static final int BATCH = 512;

    private final RespOutput out = new RespOutput(OutputStream.nullOutputStream());
    private final byte[][] set = {ascii("SET"), ascii("user:1234567:profile"), new byte[100]};
    private final byte[][] large = {ascii("SET"), ascii("user:1234567:profile"), new byte[10_000]};

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void setOf100Bytes() throws IOException {
        write(set);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void setOf10Kilobytes() throws IOException {
        write(large);
    }

    private void write(byte[][] command) throws IOException {
        for (int i = 0; i < BATCH; i++) {
            out.write(command);
        }
        out.flush();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}

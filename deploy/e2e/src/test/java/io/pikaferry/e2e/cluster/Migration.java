package io.pikaferry.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.standin.StandinConfig;
import io.pikaferry.standin.StandinMaster;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.tryout.Comparison;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;

/** A source and a target, and the name of the job between them. Ends all in the end. */
public record Migration(String job, StandinMaster source, Redis target, Optional<Lines> lines)
        implements AutoCloseable {

    /** Far more than P9 promises, which deploy/failovers measures: machines that test are busy. */
    public static final Duration FAILOVER = Duration.ofSeconds(30).multipliedBy(TestCluster.PATIENCE_FACTOR);

    private static final int REPLICATION = 2000;
    private static final String ELSEWHERE = "127.0.0.2";

    /**
     * Relays on the worker's ways.
     *
     * @param clients to the source's port for clients
     * @param replication to the source's port 2000 above: the heartbeat of 2.3 and 3.0, everything of 3.1 to 3.4
     */
    public record Lines(Relay clients, Relay replication, Relay target) implements AutoCloseable {

        @Override
        public void close() {
            clients.close();
            replication.close();
            target.close();
        }
    }

    /** @param options of the redis-server */
    public static Migration of(String job, Path directory, String... options) throws IOException {
        return of(job, pika("3.0.16"), directory, options);
    }

    /** A quick one, if the draft is not changed. What it has in its cache, if it has one, is not to be relied on. */
    public static StandinConfig.Draft pika(String version) {
        PikaVersion parsed = PikaVersion.parse(version);
        StandinConfig.Draft draft = StandinConfig.of(parsed).quickly();
        return parsed.atLeast(3, 5, 2) ? draft.staleCache() : draft;
    }

    public static Migration of(String job, StandinConfig.Draft pika, Path directory, String... options)
            throws IOException {
        StandinMaster source = StandinMaster.started(pika.build());
        source.execute("SET", "before", "the snapshot");
        return new Migration(job, source, Redis.started(directory.resolve("redis-" + job), options), Optional.empty());
    }

    /** The worker will reach both through relays: the source at another address, since a master tells its port to slaves. */
    public Migration throughRelays() {
        int port = source.address().getPort();
        return new Migration(
                job,
                source,
                target,
                Optional.of(new Lines(
                        Relay.at(ELSEWHERE, port), Relay.at(ELSEWHERE, port + REPLICATION), Relay.to(target.port()))));
    }

    public Relay toTarget() {
        return lines.orElseThrow().target();
    }

    public Relay toClientPort() {
        return lines.orElseThrow().clients();
    }

    public Relay toReplicationPort() {
        return lines.orElseThrow().replication();
    }

    public JobSpec.Builder spec() {
        JobSpec.Builder spec = TestCluster.job(job, source, target);
        lines.ifPresent(relays -> {
            spec.getSourceBuilder().setHost(ELSEWHERE);
            spec.getTargetBuilder().setUri("redis://" + relays.target().address());
        });
        return spec;
    }

    /** How many rounds of the load have arrived. */
    private long arrived() {
        return target.find("beat").map(Long::parseLong).orElse(0L);
    }

    /** Waits for a write that has not been made yet: what was on its way already does not count. */
    public void awaitFlow() {
        awaitFlow(FAILOVER);
    }

    public void awaitFlow(Duration atMost) {
        long now = round();
        Awaitility.await("a write of " + job + " arrives at the target")
                .atMost(atMost)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> hasArrivedBeyond(now));
    }

    /** Whether a write has arrived that had not been made at that round of the load. */
    public boolean hasArrivedBeyond(long round) {
        return arrived() > round;
    }

    /** How many rounds of the load have been made. */
    public long round() {
        return text("GET", "beat").map(Long::parseLong).orElse(0L);
    }

    /** The answer of the source, if it is a bulk string. */
    private Optional<String> text(String... words) {
        Reply reply = source.execute(words);
        String answer = new String(reply.bytes(), UTF_8);
        return answer.startsWith("$-1") ? Optional.empty() : Optional.of(answer.split("\r\n", 3)[1]);
    }

    public Comparison compare() throws IOException {
        return Comparison.of("127.0.0.1:" + source.address().getPort(), target.address());
    }

    /** Every key, type, value, score and TTL. */
    public void assertEqual() throws IOException {
        Comparison comparison = compare();
        assertThat(comparison.differences()).as(job).isEmpty();
        assertThat(comparison.equal()).as(job).containsKey("string");
    }

    @Override
    public void close() throws IOException {
        lines.ifPresent(Lines::close);
        target.close();
        source.close();
    }
}

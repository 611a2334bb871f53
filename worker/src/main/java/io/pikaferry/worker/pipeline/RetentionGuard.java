package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.Generation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a source is from purging what we have not confirmed. It keeps {@code expire-logs-nums} files, and beyond ten of them
 * none older than {@code expire-logs-days}; from 3.1 on it also keeps what a connected slave has not acknowledged.
 *
 * <p>Threads: the pulse's.
 */
final class RetentionGuard {

    private static final Logger LOG = LoggerFactory.getLogger(RetentionGuard.class);
    private static final long USUAL_FILE_BYTES = 100L << 20;
    private static final long ASK_EVERY_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final long RATE_OVER_MILLIS = Duration.ofMinutes(5).toMillis();
    private static final long SAMPLE_EVERY_MILLIS = Duration.ofSeconds(5).toMillis();

    private record Sample(long atMillis, BinlogPosition end) {}

    private final Function<String, Optional<String>> settings;
    private final boolean held;
    private final Map<StreamId, Deque<Sample>> samples = new HashMap<>();
    private final Map<StreamId, Boolean> near = new HashMap<>();
    private long askAt;
    private OptionalLong files = OptionalLong.empty();
    private long fileBytes = USUAL_FILE_BYTES;

    /** @param settings asks the source for one of its settings */
    RetentionGuard(Function<String, Optional<String>> settings, Generation generation) {
        this.settings = requireNonNull(settings, "settings is null");
        this.held = !generation.dialsBack();
    }

    /** Empty: the source does not say how much it keeps. */
    Optional<Retention> look(StreamId stream, BinlogPosition confirmed, BinlogPosition end, long nowMillis) {
        if (nowMillis >= askAt) {
            files = number("expire-logs-nums");
            fileBytes = Math.max(1, number("binlog-file-size").orElse(USUAL_FILE_BYTES));
            askAt = nowMillis + ASK_EVERY_MILLIS;
        }
        double perSecond = rate(stream, end, nowMillis);
        if (files.isEmpty()) {
            return Optional.empty();
        }
        long left = Math.max(0, files.getAsLong() - (end.filenum() - confirmed.filenum()));
        long bytes = Math.max(0, left * fileBytes - end.offset());
        Retention retention = new Retention(left, perSecond <= 0 ? -1 : (long) (bytes / perSecond), held);
        warn(stream, retention);
        return Optional.of(retention);
    }

    private void warn(StreamId stream, Retention retention) {
        boolean before = near.getOrDefault(stream, false);
        near.put(stream, retention.isNear());
        if (retention.isNear() && !before) {
            LOG.atWarn()
                    .log(
                            "the source is {} binlog files from purging what is not confirmed of {}; raise expire-logs-nums there",
                            retention.filesLeft(),
                            stream);
        }
    }

    /** In bytes, over the last minutes. */
    private double rate(StreamId stream, BinlogPosition end, long nowMillis) {
        Deque<Sample> past = samples.computeIfAbsent(stream, any -> new ArrayDeque<>());
        if (past.isEmpty() || nowMillis - past.getLast().atMillis() >= SAMPLE_EVERY_MILLIS) {
            past.add(new Sample(nowMillis, end));
        }
        while (past.size() > 2 && nowMillis - past.getFirst().atMillis() > RATE_OVER_MILLIS) {
            past.removeFirst();
        }
        Sample first = past.getFirst();
        long millis = nowMillis - first.atMillis();
        long bytes = (end.filenum() - first.end().filenum()) * fileBytes
                + end.offset()
                - first.end().offset();
        return millis < SAMPLE_EVERY_MILLIS ? 0 : bytes * 1000.0 / millis;
    }

    private OptionalLong number(String setting) {
        try {
            Optional<String> value = settings.apply(setting);
            return value.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(Long.parseLong(value.get().trim()));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}

package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import io.pikaferry.proto.v1.FullSyncProgress;
import io.pikaferry.proto.v1.JobProgress;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.RateLimit;
import io.pikaferry.proto.v1.Reason;
import io.pikaferry.proto.v1.Retention;
import io.pikaferry.proto.v1.StreamProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** One job, as a screen to read: where it stands, what holds it up, and what to type next. */
public final class JobReport implements Report {

    private static final int LABEL = 12;

    private final JobReading job;
    private final Instant now;

    public JobReport(JobView job, Instant now) {
        this.job = new JobReading(job);
        this.now = requireNonNull(now, "now is null");
    }

    @Override
    public List<String> table(boolean colour) {
        Block block = new Block(colour);
        block.add(headline(colour));
        block.add("Source", source());
        block.add("Target", target());
        job.fullSync().ifPresent(sync -> block.add("Full sync", fullSync(sync)));
        streams().forEach(stream -> block.add("Stream", stream));
        retention(block);
        applied(block);
        if (job.message().getErrorsOpen() > 0) {
            block.add(
                    "Errors",
                    Ink.ATTENTION.paint(Quantities.count(job.message().getErrorsOpen()) + " open", colour)
                            + "   see: ferryctl job errors " + job.name());
        }
        job.silence(now)
                .ifPresent(silence -> block.add(
                        "Silent",
                        Ink.ATTENTION.paint("its worker has not reported for " + Quantities.age(silence), colour)));
        job.reason().ifPresent(reason -> reason(block, reason, colour));
        block.add("Next", next());
        return block.lines();
    }

    @Override
    public Object document() {
        return JobDocument.of(job);
    }

    @Override
    public List<String> names() {
        return List.of(job.name());
    }

    private String headline(boolean colour) {
        StringBuilder line = new StringBuilder(Ink.BOLD.paint(job.name(), colour))
                .append("   ")
                .append(Words.ink(job.state()).paint(job.state().name(), colour));
        job.lastPhase().filter(phase -> job.state() != ObservedState.PENDING).ifPresent(phase -> line.append("   ")
                .append(Words.phase(phase)));
        job.worker().ifPresent(worker -> line.append("   on ")
                .append(worker)
                .append(", epoch ")
                .append(job.message().getEpoch()));
        if (job.message().getFailovers() > 0) {
            line.append("   ").append(Words.plural(job.message().getFailovers(), "failover"));
        }
        line.append("   submitted ").append(Quantities.age(job.age(now))).append(" ago");
        if (wishIsPending()) {
            line.append("   (wanted: ").append(job.message().getDesired()).append(")");
        }
        return line.toString();
    }

    private boolean wishIsPending() {
        return switch (job.message().getDesired()) {
            case PAUSE -> job.state() != ObservedState.PAUSED;
            case STOP -> job.state() != ObservedState.STOPPED;
            default -> false;
        };
    }

    private String source() {
        JobProgress progress = job.message().getProgress();
        String address = Words.source(job.message().getSpec().getSource());
        return progress.getSourceVersion().isEmpty() ? address : address + "   Pika " + progress.getSourceVersion();
    }

    private String target() {
        return job.message().getSpec().getTarget().getUri() + "   "
                + Words.plural(Words.lanes(job.message().getSpec()), "lane");
    }

    private String fullSync(FullSyncProgress sync) {
        OptionalDouble percent = JobReading.percent(sync);
        String keys = Quantities.count(sync.getKeysLoaded()) + " keys";
        if (sync.getFinishedMillis() > 0) {
            String ago = Quantities.age(Duration.between(Instant.ofEpochMilli(sync.getFinishedMillis()), now));
            return ProgressBar.of(100) + "  100%   " + keys + "   " + Quantities.bytes(sync.getBytesTotal())
                    + "   done " + ago + " ago";
        }
        List<String> parts = new ArrayList<>();
        if (percent.isPresent()) {
            parts.add(ProgressBar.of(percent.getAsDouble())
                    + String.format(Locale.ROOT, " %5.1f%%", percent.getAsDouble()));
            parts.add(Quantities.bytes(sync.getBytesDone()) + " of " + Quantities.bytes(sync.getBytesTotal()));
        } else {
            parts.add(Quantities.bytes(sync.getBytesDone()));
        }
        boolean loading = !job.lastPhase().equals(Optional.of(Phase.TRANSFER));
        if (loading) {
            parts.add(keys);
        }
        if (job.fullSyncUnderWay().isPresent()) {
            parts.add(loading ? Quantities.perSecond(sync.getKeysPerSecond()).replace("/s", " keys/s") : "received");
            if (sync.getSecondsLeft() >= 0) {
                parts.add("~" + Quantities.duration(sync.getSecondsLeft()) + " left");
            }
        }
        return String.join("   ", parts);
    }

    private List<String> streams() {
        return job.message().getProgress().getStreamsList().stream()
                .map(JobReport::stream)
                .toList();
    }

    private static String stream(StreamProgress stream) {
        StringBuilder line = new StringBuilder("db").append(stream.getDb());
        if (stream.getSlot() > 0) {
            line.append(" slot ").append(stream.getSlot());
        }
        line.append("   at ").append(stream.hasPosition() ? Words.position(stream.getPosition()) : "?");
        if (stream.hasSource()) {
            line.append("   source at ").append(Words.position(stream.getSource()));
        }
        if (stream.getLagBytes() >= 0 || stream.getLagSeconds() >= 0) {
            line.append("   lag ")
                    .append(stream.getLagSeconds() < 0 ? "?" : Quantities.delay(stream.getLagSeconds()))
                    .append(", ")
                    .append(stream.getLagBytes() < 0 ? "?" : Quantities.bytes(stream.getLagBytes()));
        }
        return line.toString();
    }

    /** Only where it is near: it is of no interest otherwise. */
    private void retention(Block block) {
        for (StreamProgress stream : job.message().getProgress().getStreamsList()) {
            Retention left = stream.getRetention();
            boolean near = left.getFilesLeft() < 2 || (left.getSecondsLeft() >= 0 && left.getSecondsLeft() < 600);
            if (stream.hasRetention() && near && job.state() == ObservedState.RUNNING) {
                block.add(
                        "Retention",
                        "db%d   the source may purge what is not confirmed after %s%s; raise expire-logs-nums there"
                                .formatted(
                                        stream.getDb(),
                                        Words.plural(left.getFilesLeft(), "more binlog file"),
                                        left.getSecondsLeft() < 0
                                                ? ""
                                                : ", in ~" + Quantities.duration(left.getSecondsLeft())));
            }
        }
    }

    private void applied(Block block) {
        JobProgress progress = job.message().getProgress();
        if (progress.getCommandsApplied() > 0 || job.follows()) {
            String rate = job.state() == ObservedState.RUNNING
                    ? "   " + Quantities.perSecond(progress.getCommandsPerSecond())
                    : "";
            block.add("Commands", Quantities.count(progress.getCommandsApplied()) + " applied" + rate);
        }
        limits(block);
        if (progress.getHeldExpiries() > 0) {
            block.add(
                    "Expiries",
                    Quantities.count(progress.getHeldExpiries()) + " held back until the tail has passed the snapshot");
        }
        if (progress.getDirtyKeys() > 0) {
            block.add("Reconcile", Words.plural(progress.getDirtyKeys(), "key") + " waiting");
        }
    }

    /** What slows it down: the operator, or the worker by itself. */
    private void limits(Block block) {
        RateLimit wanted = job.message().getSpec().getRate();
        JobProgress progress = job.message().getProgress();
        boolean running = job.state() == ObservedState.RUNNING;
        Words.rate(wanted)
                .ifPresent(rate -> block.add(
                        "Limit",
                        rate
                                + (!running
                                        ? ""
                                        : !progress.getRate().equals(wanted)
                                                ? "   not in force yet"
                                                : progress.getRateLimited()
                                                        ? "   in force: it could go faster"
                                                        : "   in force")));
        if (running && !progress.getThrottled().isEmpty()) {
            block.add("Throttled", progress.getThrottled());
        }
    }

    private void reason(Block block, Reason reason, boolean colour) {
        Ink ink = job.state() == ObservedState.BLOCKED ? Ink.BAD : Ink.ATTENTION;
        String heldUp = Words.heldUp(job.state());
        String since = reason.getSinceMillis() == 0
                ? ""
                : " (for " + Quantities.age(Duration.between(Instant.ofEpochMilli(reason.getSinceMillis()), now)) + ")";
        block.add(
                heldUp.substring(0, 1).toUpperCase(Locale.ROOT) + heldUp.substring(1),
                ink.paint(reason.getCode() + ": " + reason.getMessage(), colour) + since);
        if (!reason.getRemedy().isEmpty()) {
            block.add("", "→ " + reason.getRemedy());
        }
    }

    private String next() {
        String name = job.name();
        return switch (job.state()) {
            case PENDING -> "a worker takes it up by itself; which there are: ferryctl worker list";
            case RUNNING -> running(name);
            case BLOCKED -> "when that is done: ferryctl job resume " + name;
            case PAUSED -> "ferryctl job resume " + name;
            case STOPPED -> "ferryctl job resume " + name + ", or: ferryctl job delete " + name;
            case COMPLETED -> "ferryctl job delete " + name;
            default -> "ferryctl job describe " + name;
        };
    }

    private String running(String name) {
        String watch = "to watch: ferryctl status " + name + " -w";
        if (wishIsPending()) {
            return "its worker is about to let go of it; " + watch;
        }
        if (job.reason().isPresent()) {
            return "it tries again by itself; " + watch;
        }
        if (job.message().getErrorsOpen() > 0) {
            return "ferryctl job errors " + name;
        }
        return job.phase().equals(Optional.of(Phase.TAIL))
                ? "nothing to do: it follows the source; " + watch
                : "it goes on by itself; " + watch;
    }

    /** Labels on the left, facts on the right. */
    private static final class Block {

        private final boolean colour;
        private final List<String> lines = new ArrayList<>();
        private String lastLabel = "";

        Block(boolean colour) {
            this.colour = colour;
        }

        void add(String line) {
            lines.add(line);
        }

        /** A label that repeats is written once. */
        void add(String label, String fact) {
            String shown = label.equals(lastLabel) ? "" : label;
            lastLabel = label;
            lines.add(Ink.FAINT.paint(shown, colour) + " ".repeat(LABEL - shown.length()) + fact);
        }

        List<String> lines() {
            return List.copyOf(lines);
        }
    }
}

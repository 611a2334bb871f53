package io.pikaferry.coordinator.rpc;

import io.pikaferry.coordinator.checkpoint.Checkpoint;
import io.pikaferry.coordinator.job.Reason;
import io.pikaferry.coordinator.ledger.EntryState;
import io.pikaferry.coordinator.ledger.ErrorLedger;
import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.coordinator.ledger.KeptEntry;
import io.pikaferry.coordinator.ledger.LedgerEntry;
import io.pikaferry.coordinator.membership.Greeting;
import io.pikaferry.coordinator.report.JobReport;
import io.pikaferry.coordinator.report.Outcome;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import io.pikaferry.model.WorkerId;
import io.pikaferry.proto.v1.Event;
import io.pikaferry.proto.v1.Hello;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.Released;
import io.pikaferry.proto.v1.StreamPosition;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What workers report, as messages and back. */
final class ReportMessages {

    private ReportMessages() {}

    static Greeting read(Hello hello) {
        Map<JobId, Long> held = new HashMap<>();
        hello.getHeldList().forEach(job -> held.merge(new JobId(job.getName()), job.getEpoch(), Math::max));
        return new Greeting(
                new WorkerId(hello.getWorkerId()),
                hello.getIncarnation(),
                hello.getHost(),
                hello.getCapacity(),
                hello.getVersion(),
                hello.getLabelsMap(),
                held);
    }

    static JobReport read(io.pikaferry.proto.v1.JobReport report, WorkerId worker, Optional<Outcome> outcome) {
        io.pikaferry.proto.v1.Checkpoint checkpoint = report.getCheckpoint();
        return new JobReport(
                new JobId(report.getName()),
                report.getEpoch(),
                report.getReportSequence(),
                report.getProgress().getPhase().compareTo(Phase.LOAD) >= 0,
                checkpoint.getPositionsCount() == 0 ? Optional.empty() : Optional.of(read(checkpoint)),
                checkpoint.getRewound(),
                report.getLedgerList().stream().map(ReportMessages::read).toList(),
                report.getEventsList().stream()
                        .map(event -> read(event, worker))
                        .toList(),
                outcome);
    }

    static Outcome outcome(Released released) {
        return switch (released.getOutcomeCase()) {
            case BLOCKED -> new Outcome.Blocked(read(released.getBlocked()));
            case COMPLETED -> new Outcome.Completed();
            case HANDED_BACK, OUTCOME_NOT_SET -> new Outcome.HandedBack();
        };
    }

    private static Reason read(io.pikaferry.proto.v1.Reason reason) {
        return new Reason(ErrorCode.find(reason.getCode()).orElse(ErrorCode.INTERNAL), reason.getMessage());
    }

    static io.pikaferry.proto.v1.Reason write(Reason reason, Instant since) {
        return io.pikaferry.proto.v1.Reason.newBuilder()
                .setCode(reason.code().id())
                .setMessage(reason.message())
                .setBlame(reason.code().blame().name())
                .setRemedy(reason.code().remedy())
                .setSinceMillis(since.toEpochMilli())
                .build();
    }

    private static Checkpoint read(io.pikaferry.proto.v1.Checkpoint checkpoint) {
        Map<StreamId, BinlogPosition> positions = new HashMap<>();
        for (StreamPosition position : checkpoint.getPositionsList()) {
            positions.put(new StreamId(position.getDb(), position.getSlot()), read(position.getPosition()));
        }
        return new Checkpoint(positions, checkpoint.getSourceIdentity());
    }

    static io.pikaferry.proto.v1.Checkpoint write(Checkpoint checkpoint) {
        io.pikaferry.proto.v1.Checkpoint.Builder message =
                io.pikaferry.proto.v1.Checkpoint.newBuilder().setSourceIdentity(checkpoint.sourceIdentity());
        checkpoint
                .positions()
                .forEach((stream, position) -> message.addPositions(StreamPosition.newBuilder()
                        .setDb(stream.db())
                        .setSlot(stream.slot())
                        .setPosition(write(position))));
        return message.build();
    }

    /** A file number is unsigned 32 bit. */
    private static BinlogPosition read(io.pikaferry.proto.v1.BinlogPosition position) {
        return new BinlogPosition(Integer.toUnsignedLong(position.getFilenum()), position.getOffset());
    }

    static io.pikaferry.proto.v1.BinlogPosition write(BinlogPosition position) {
        return io.pikaferry.proto.v1.BinlogPosition.newBuilder()
                .setFilenum((int) position.filenum())
                .setOffset(position.offset())
                .build();
    }

    private static ErrorLedger.Told read(io.pikaferry.proto.v1.LedgerEntry entry) {
        return new ErrorLedger.Told(
                new LedgerEntry(
                        entry.getId(),
                        entry.getCode(),
                        entry.getCommand(),
                        entry.getMessage(),
                        Bytes.owning(entry.getKey().toByteArray()),
                        entry.getKeyBytes(),
                        entry.getDb(),
                        new StreamId(entry.getSourceDb(), entry.getSlot()),
                        entry.hasPosition() ? Optional.of(read(entry.getPosition())) : Optional.empty(),
                        Instant.ofEpochMilli(entry.getAtMillis()),
                        entry.getCount(),
                        entry.getState().equals(EntryState.RESOLVED.word()) ? EntryState.RESOLVED : EntryState.OPEN),
                entry.getAgain());
    }

    /** As operators see it: with all that was ever met of it. */
    static io.pikaferry.proto.v1.LedgerEntry write(KeptEntry kept) {
        return write(kept.entry()).toBuilder()
                .setCount(kept.count())
                .setFirstMillis(kept.first().toEpochMilli())
                .build();
    }

    /** As the worker is to have it that holds the job under the epoch, and counts under it. */
    static io.pikaferry.proto.v1.LedgerEntry wish(KeptEntry kept, long epoch) {
        return write(kept.entry()).toBuilder().setCount(kept.countUnder(epoch)).build();
    }

    static io.pikaferry.proto.v1.LedgerEntry write(LedgerEntry entry) {
        io.pikaferry.proto.v1.LedgerEntry.Builder message = io.pikaferry.proto.v1.LedgerEntry.newBuilder()
                .setId(entry.id())
                .setCode(entry.code())
                .setCommand(entry.command())
                .setMessage(entry.message())
                .setKey(com.google.protobuf.ByteString.copyFrom(entry.key().array()))
                .setKeyBytes(entry.keyBytes())
                .setDb(entry.db())
                .setSourceDb(entry.stream().db())
                .setSlot(entry.stream().slot())
                .setAtMillis(entry.at().toEpochMilli())
                .setCount(entry.count())
                .setState(entry.state().word());
        entry.position().ifPresent(position -> message.setPosition(write(position)));
        return message.build();
    }

    private static JournalEntry read(Event event, WorkerId worker) {
        return new JournalEntry(
                Instant.ofEpochMilli(event.getAtMillis()),
                event.getKind(),
                event.getMessage(),
                event.getEpoch(),
                Optional.of(worker),
                "worker " + worker);
    }

    static Event write(JournalEntry entry) {
        return Event.newBuilder()
                .setAtMillis(entry.at().toEpochMilli())
                .setKind(entry.kind())
                .setMessage(entry.message())
                .setEpoch(entry.epoch())
                .setWorker(entry.worker().map(WorkerId::value).orElse(""))
                .setActor(entry.actor())
                .build();
    }
}

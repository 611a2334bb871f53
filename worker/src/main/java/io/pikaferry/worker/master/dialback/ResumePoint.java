package io.pikaferry.worker.master.dialback;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;

/**
 * What to ask a master for, in order to go on after a position. Decided before asking, since asking for what is gone makes
 * a master dump and push everything (P6). Pure.
 */
sealed interface ResumePoint {

    /** Ask for this. It is the same place as the position, even if another file is named. */
    record Ask(BinlogPosition from) implements ResumePoint {}

    /**
     * Nothing has been logged since, and the master would refuse the position as too large for a file; it can be asked for
     * as the start of the next file as soon as that exists.
     */
    record Later() implements ResumePoint {}

    /** There is no going on. */
    record Never(ErrorCode code, String why) implements ResumePoint {}

    /** Pika never removes the last ten files by itself (replication.md §8.2). */
    int FILES_ALWAYS_KEPT = 10;

    /**
     * @param fileSize binlog-file-size: a master refuses larger offsets even where its own files are longer, as they are by
     *     up to an item (corrections.md 21)
     */
    static ResumePoint of(BinlogPosition position, ProducerStatus producer, long fileSize) {
        BinlogPosition end = producer.end();
        if (position.isAfter(end)) {
            return new Never(
                    ErrorCode.SOURCE_WENT_BACK,
                    "its binlog ends at %s, before %s up to which it has been applied".formatted(end, position));
        }
        long filesBetween = end.filenum() - position.filenum();
        if (filesBetween >= FILES_ALWAYS_KEPT
                && producer.logBytes().isPresent()
                && producer.logBytes().getAsLong() < filesBetween * fileSize) {
            return new Never(
                    ErrorCode.BINLOG_PURGED,
                    "it has removed binlog file %d, which position %s lies in: its %d bytes of logs cannot hold all files up to %d"
                            .formatted(
                                    position.filenum(),
                                    position,
                                    producer.logBytes().getAsLong(),
                                    end.filenum()));
        }
        if (position.offset() <= fileSize) {
            return new Ask(position);
        }
        if (filesBetween > 0) {
            return new Ask(new BinlogPosition(position.filenum() + 1, 0));
        }
        if (position.equals(end)) {
            return new Later();
        }
        return new Never(
                ErrorCode.SOURCE_REFUSED,
                "position %s cannot be asked for: it is beyond binlog-file-size %d, yet its file goes on to %s; set binlog-file-size back to what it was"
                        .formatted(position, fileSize, end));
    }
}

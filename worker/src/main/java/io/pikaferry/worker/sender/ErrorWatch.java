package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetKeys;
import java.util.Map;

/**
 * Lets a transaction say itself whether something in it was refused.
 *
 * <p>What is refused inside EXEC is known from the reply only, and by then the mark has moved past it. A worker that dies
 * between the two would take the refusal with it: its successor skips what the mark covers. So a transaction in which
 * something may be refused begins with a script that notes how often the target has said no so far, and where the marks stood;
 * and ends with one that removes the note if it has not said no since. EXEC lets nobody in between, so the note stays exactly
 * if something in this transaction was refused. It is removed when that has been written down. A successor that finds it reads
 * the keys of all items between those marks and the present ones again from the source.
 */
final class ErrorWatch {

    private static final byte[] ONE = Words.ascii(1);

    private static final byte[] BEGIN = Words.ascii("local e=redis.sha1hex(redis.call('INFO','errorstats')) "
            + "redis.call('HSET',KEYS[1],ARGV[1],e..' '..ARGV[2])");

    /** Where the target has stopped counting (7.2 and newer, more than 128 kinds of errors) the note stays. */
    private static final byte[] END = Words.ascii("local s=redis.call('INFO','errorstats') "
            + "if redis.call('HGET',KEYS[1],ARGV[1])==redis.sha1hex(s)..' '..ARGV[2] "
            + "and not string.find(s,'errorstat_ERRORSTATS_',1,true) then redis.call('HDEL',KEYS[1],ARGV[1]) end");

    private final TargetKeys keys;
    private final byte[] field;

    ErrorWatch(TargetKeys keys, int lane) {
        this.keys = requireNonNull(keys, "keys is null");
        this.field = StateKeeper.unexaminedField(lane);
    }

    /** Whether the target may refuse a command for what stands under its key, or what it says. */
    static boolean mayBeRefused(byte[][] command) {
        byte[] name = command[0];
        return !(Words.isNamed(name, Words.SET) && (command.length == 3 || command.length == 5)
                || Words.isNamed(name, Words.DEL)
                || Words.isNamed(name, Words.UNLINK)
                || Words.isNamed(name, Words.PEXPIREAT)
                || Words.isNamed(name, Words.PERSIST));
    }

    /** @param before where the lane's marks stand, of the streams they will be moved in */
    byte[][] begin(Map<StreamId, BinlogPosition> before) {
        return new byte[][] {Words.EVAL, BEGIN, ONE, keys.checkpoint(), field, StateKeeper.unexaminedValue(before)};
    }

    byte[][] end(Map<StreamId, BinlogPosition> before) {
        return new byte[][] {Words.EVAL, END, ONE, keys.checkpoint(), field, StateKeeper.unexaminedValue(before)};
    }

    /** All that was refused is written down. */
    byte[][] examined() {
        return new byte[][] {Words.HDEL, keys.checkpoint(), field};
    }
}

package io.pikaferry.worker.sender;

import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.routing.TargetCommand;
import io.pikaferry.worker.routing.TargetCommand.Expiry;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which keys of a batch may have an expiry, of those with a command of which the log does not say whether it kept it. Without
 * such commands nothing is asked.
 *
 * <p>Threads: the lane's.
 */
final class UnsaidExpiries {

    private record Key(int db, Bytes name) {}

    private final Map<Key, Boolean> mayExpire;

    private UnsaidExpiries(Map<Key, Boolean> mayExpire) {
        this.mayExpire = mayExpire;
    }

    /** Asks the target, once for all. What was planned before has to be applied before. */
    static UnsaidExpiries of(List<? extends LaneUnit> batch, TargetLink link, int controlDb) {
        Map<Key, Boolean> keys = new HashMap<>();
        for (LaneUnit unit : batch) {
            LaneUnit.Write write = (LaneUnit.Write) unit;
            for (TargetCommand command : write.commands) {
                if (command.expiry() == Expiry.UNSAID) {
                    keys.put(new Key(write.db, Bytes.owning(command.keys()[0])), true);
                }
            }
        }
        if (!keys.isEmpty()) {
            ask(keys, link, controlDb);
        }
        return new UnsaidExpiries(keys);
    }

    private static void ask(Map<Key, Boolean> keys, TargetLink link, int controlDb) {
        List<byte[][]> questions = new ArrayList<>();
        List<Key> asked = new ArrayList<>();
        int db = controlDb;
        for (Key key : keys.keySet()) {
            if (key.db != db) {
                db = key.db;
                questions.add(new byte[][] {Words.SELECT, Words.ascii(db)});
            }
            asked.add(key);
            questions.add(new byte[][] {Words.PTTL, key.name.array()});
        }
        if (db != controlDb) {
            questions.add(new byte[][] {Words.SELECT, Words.ascii(controlDb)});
        }
        List<Object> answers = link.exchange(questions);
        int at = 0;
        for (int i = 0; i < questions.size(); i++) {
            if (answers.get(i) instanceof TargetError error) {
                throw new FerryException(error.code(), "the target refused PTTL: " + error.message());
            }
            if (questions.get(i)[0] == Words.PTTL) {
                keys.put(asked.get(at++), (Long) answers.get(i) >= 0);
            }
        }
    }

    boolean mayExpire(int db, byte[] key) {
        return mayExpire.getOrDefault(new Key(db, Bytes.owning(key)), true);
    }

    /** The command comes before those asked about from here on. */
    void planned(int db, TargetCommand command) {
        if (mayExpire.isEmpty()) {
            return;
        }
        for (byte[] name : command.keys()) {
            Key key = new Key(db, Bytes.owning(name));
            if (mayExpire.containsKey(key)) {
                switch (command.expiry()) {
                    case AT, KEEPS_OR_CLEARS -> mayExpire.put(key, true);
                    case CLEARS, UNSAID -> mayExpire.put(key, false);
                    case KEEPS -> {}
                }
            }
        }
    }
}

package io.pikaferry.worker.sender;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Commands that take effect together or not at all: {@code MULTI, …, EXEC}, sent in one go, every reply looked at.
 *
 * <p>Each command of the data carries an owner, so that a refusal finds its way back; SELECTs and marks have none. The
 * connection stands in the control database before and after.
 *
 * @param <O> what a command belongs to
 */
final class Transaction<O> implements Batch<O> {

    /** One command, by its name, that the target refused while the others took effect, or because of which none did. */
    record Refusal<O>(O owner, String command, TargetError error) {
        /** What the ledger says: the command's name and the target's word; an unknown command's arguments are cut off. */
        String message() {
            String text = error.message();
            int args = text.indexOf(", with args");
            return command + ": " + (args < 0 ? text : text.substring(0, args));
        }
    }

    /** The list that a command was answered with. */
    record Answer<O>(O owner, List<?> list) {}

    /**
     * What became of it.
     *
     * @param applied whether it took effect; if not, nothing did
     * @param waitFor present if it was not applied for a reason that may pass: it can be tried again as it is
     * @param refusals the commands refused; if not applied, those that have to be left out to try again
     * @param zeroes whose commands were answered with 0: mostly, that there was nothing to do
     * @param lists what commands were answered that have a list to say
     */
    record Outcome<O>(
            boolean applied,
            Optional<TargetError> waitFor,
            List<Refusal<O>> refusals,
            List<O> zeroes,
            List<Answer<O>> lists) {

        static <O> Outcome<O> applied(List<Refusal<O>> refusals) {
            return new Outcome<>(true, Optional.empty(), refusals, List.of(), List.of());
        }

        static <O> Outcome<O> toWaitFor(TargetError why) {
            return new Outcome<>(false, Optional.of(why), List.of(), List.of(), List.of());
        }
    }

    private static final int NONE = -1;

    private final int controlDb;
    private final List<byte[][]> commands = new ArrayList<>();
    private final List<O> owners = new ArrayList<>(); // null: our own command
    private int db;
    private int marksAt = NONE;
    private final KnownScripts scripts = new KnownScripts();

    Transaction(int controlDb) {
        this.controlDb = controlDb;
        this.db = controlDb;
        add(null, new byte[][] {Words.MULTI});
    }

    void data(int db, O owner, byte[][] command) {
        select(db);
        add(owner, scripts.shortened(command));
    }

    /** A command on the job's own keys. */
    void own(byte[][] command) {
        select(controlDb);
        add(null, command);
    }

    /** The marks of a lane. The target holds earlier ones: if it calls one new, it has lost what it held. */
    void marks(byte[][] command) {
        own(command);
        marksAt = commands.size() - 1;
    }

    private void select(int wanted) {
        if (wanted != db) {
            add(null, new byte[][] {Words.SELECT, Words.ascii(wanted)});
            db = wanted;
        }
    }

    private void add(O owner, byte[][] command) {
        commands.add(command);
        owners.add(owner);
    }

    /**
     * @throws FerryException TARGET_UNREACHABLE: it may have taken effect or not; only the marks will tell. TARGET_MARKS_LOST:
     *     it took effect, on a target that had been flushed
     */
    @Override
    public Outcome<O> execute(TargetLink link) {
        select(controlDb);
        add(null, new byte[][] {Words.EXEC});
        List<Object> replies = link.exchange(commands);
        Object exec = replies.get(replies.size() - 1);
        if (replies.get(0) instanceof TargetError notBegun) {
            return neverBegun(replies, notBegun);
        }
        if (exec instanceof List<?> results) {
            requireEarlierMarks(results);
            return new Outcome<>(true, Optional.empty(), refusals(results, 1), zeroes(results), lists(results));
        }
        return aborted(replies, exec);
    }

    private void requireEarlierMarks(List<?> results) {
        if (marksAt != NONE && results.get(marksAt - 1) instanceof Long fresh && fresh > 0) {
            throw new FerryException(
                    ErrorCode.TARGET_MARKS_LOST,
                    "the target lost the job's marks, and so its data, while the job was writing to it");
        }
    }

    /** MULTI itself was refused; then each command stood alone, and must have been refused too. */
    private Outcome<O> neverBegun(List<Object> replies, TargetError notBegun) {
        BitSet accepted = new BitSet();
        for (int i = 1; i < replies.size(); i++) {
            accepted.set(i, !(replies.get(i) instanceof TargetError));
        }
        if (accepted.isEmpty() && notBegun.transientRefusal()) {
            return Outcome.toWaitFor(notBegun);
        }
        throw new FerryException(
                accepted.isEmpty() ? notBegun.code() : ErrorCode.TARGET_NOT_READY,
                "the target refused to begin a transaction: " + notBegun.message());
    }

    private Outcome<O> aborted(List<Object> replies, Object exec) {
        List<Refusal<O>> refusals = refusals(replies, 0);
        for (Refusal<O> refusal : refusals) {
            if (refusal.error.transientRefusal()) {
                return Outcome.toWaitFor(refusal.error);
            }
        }
        for (Refusal<O> refusal : refusals) {
            if (refusal.error.concernsTarget()) {
                throw new FerryException(refusal.error.code(), "the target refused " + refusal.message());
            }
        }
        if (!refusals.isEmpty()) {
            return new Outcome<>(false, Optional.empty(), refusals, List.of(), List.of());
        }
        TargetError why =
                exec instanceof TargetError error ? reason(error) : new TargetError("TRYAGAIN nothing was executed");
        if (why.transientRefusal()) {
            return Outcome.toWaitFor(why);
        }
        throw new FerryException(why.code(), "the target refused a transaction: " + why.message());
    }

    /** Redis wraps it: {@code EXECABORT Transaction discarded because of: OOM command not allowed …}. */
    private static TargetError reason(TargetError exec) {
        int because = exec.message().indexOf("because of: ");
        return because < 0 ? exec : new TargetError(exec.message().substring(because + "because of: ".length()));
    }

    private List<O> zeroes(List<?> results) {
        List<O> zeroes = new ArrayList<>(0);
        for (int i = 0; i < results.size(); i++) {
            O owner = owners.get(i + 1);
            if (owner != null && results.get(i) instanceof Long reply && reply == 0) {
                zeroes.add(owner);
            }
        }
        return zeroes;
    }

    private List<Answer<O>> lists(List<?> results) {
        List<Answer<O>> lists = new ArrayList<>(0);
        for (int i = 0; i < results.size(); i++) {
            O owner = owners.get(i + 1);
            if (owner != null && results.get(i) instanceof List<?> list) {
                lists.add(new Answer<>(owner, list));
            }
        }
        return lists;
    }

    /** @param shift by how much the list of replies is ahead of the list of commands */
    private List<Refusal<O>> refusals(List<?> replies, int shift) {
        List<Refusal<O>> refusals = new ArrayList<>(0);
        for (int i = 0; i < replies.size(); i++) {
            if (!(replies.get(i) instanceof TargetError error)) {
                continue;
            }
            int index = i + shift;
            O owner = owners.get(index);
            if (owner == null && index == commands.size() - 1) {
                continue; // EXEC itself
            }
            if (owner == null && (shift > 0 || !error.transientRefusal())) {
                throw new FerryException(
                        error.code(),
                        "the target refused the job's own %s: %s"
                                .formatted(
                                        new String(commands.get(index)[0], java.nio.charset.StandardCharsets.US_ASCII),
                                        error.message()));
            }
            refusals.add(new Refusal<>(owner, name(index), error));
        }
        return refusals;
    }

    private String name(int index) {
        String name = Words.name(commands.get(index)[0]);
        return name.equals("EVALSHA") ? "EVAL" : name; // which it is depends on what came before
    }
}

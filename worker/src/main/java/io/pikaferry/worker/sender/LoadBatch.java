package io.pikaferry.worker.sender;

import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.sender.Transaction.Outcome;
import io.pikaferry.worker.sender.Transaction.Refusal;
import io.pikaferry.worker.target.RenderedCommands;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Pieces of a snapshot, without a transaction around them: a load that breaks off is repeated anyhow, key by key, and queueing
 * would cost the target as much again as a small command itself (ADR 17).
 *
 * <p>Each command's reply says what became of it. What the target would not take just now stays in here, with everything of the
 * same key behind it, and is sent by the next {@link #execute}. So the commands of a key take effect in their order, or the
 * load breaks off.
 *
 * <p>The connection stands in the database of the pieces.
 */
final class LoadBatch implements Batch<Bytes> {

    /** Done a second time, behind what was refused at first, these leave what they would have left in order. */
    private static final Set<String> REPEATABLE = Set.of("SET", "HSET", "SADD", "ZADD", "UNLINK", "PEXPIREAT");

    private final List<RenderedCommands> rendered;
    /** What is left of them, once something was not taken. */
    private Optional<List<byte[][]>> commands = Optional.empty();

    private final List<Refusal<Bytes>> refusals = new ArrayList<>(0);

    /** @param rendered commands of one key each, which is their second word */
    LoadBatch(List<RenderedCommands> rendered) {
        this.rendered = List.copyOf(rendered);
    }

    /**
     * @return applied, with all that was refused for what it is; or to be waited for, and then executed again
     * @throws FerryException what the target says of itself: also, with a code that passes, if it took a later command of a list or a
     *     stream after it had refused an earlier one
     */
    @Override
    public Outcome<Bytes> execute(TargetLink link) {
        List<Object> replies = commands.map(link::exchange).orElseGet(() -> link.exchangeRendered(rendered));
        Optional<TargetError> waitFor = Optional.empty();
        boolean refused = false;
        for (int i = 0; i < replies.size(); i++) {
            if (replies.get(i) instanceof TargetError error) {
                refused = true;
                if (error.transientRefusal()) {
                    waitFor = waitFor.or(() -> Optional.of(error));
                } else if (error.concernsTarget()) {
                    throw new FerryException(
                            error.code(),
                            "the target refused "
                                    + refusal(words().get(i), error).message());
                }
            }
        }
        if (refused) {
            sort(replies, waitFor);
        }
        return waitFor.isPresent() ? Outcome.toWaitFor(waitFor.get()) : Outcome.applied(List.copyOf(refusals));
    }

    private List<byte[][]> words() {
        return commands.orElseGet(() ->
                rendered.stream().flatMap(some -> some.commands().stream()).toList());
    }

    /** What is settled goes; what is not stays. */
    private void sort(List<Object> replies, Optional<TargetError> waitFor) {
        Set<Bytes> behind = new HashSet<>(); // keys of which something was not taken
        List<byte[][]> left = new ArrayList<>();
        List<byte[][]> sent = words();
        for (int i = 0; i < replies.size(); i++) {
            byte[][] command = sent.get(i);
            Bytes key = key(command);
            Optional<TargetError> error =
                    replies.get(i) instanceof TargetError said ? Optional.of(said) : Optional.empty();
            boolean notNow = error.filter(TargetError::transientRefusal).isPresent();
            if (notNow) {
                behind.add(key);
            }
            if (behind.contains(key)) {
                requireRepeatable(command, error, waitFor.orElseThrow());
                left.add(command);
            } else if (error.isPresent()) {
                refusals.add(refusal(command, error.get()));
            }
        }
        commands = Optional.of(left);
    }

    private static void requireRepeatable(byte[][] command, Optional<TargetError> error, TargetError first) {
        if (error.isEmpty() && !REPEATABLE.contains(Words.name(command[0]))) {
            throw new FerryException(
                    first.code(),
                    "the target took %s of a key of which it had refused what comes before: %s"
                            .formatted(Words.name(command[0]), first.message()));
        }
    }

    private static Refusal<Bytes> refusal(byte[][] command, TargetError error) {
        return new Refusal<>(key(command), Words.name(command[0]), error);
    }

    private static Bytes key(byte[][] command) {
        return Bytes.owning(command[1]);
    }
}

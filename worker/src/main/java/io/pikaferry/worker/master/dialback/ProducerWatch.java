package io.pikaferry.worker.master.dialback;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.worker.master.Contact;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Finds out, beside the stream, where the master's binlog ends. Asking is left to a thread of its own, as the stream's must
 * go on reading whatever the client port does.
 *
 * <p>Threads: {@link #lookAt} and {@link #ahead} by one; {@link #close} from any.
 */
final class ProducerWatch implements AutoCloseable {

    private final Contact contact;
    private final ExecutorService asker;
    private CompletableFuture<ProducerStatus> asked; // of the thread that looks; null if nothing was asked
    private boolean silence; // when it was asked
    private Optional<BinlogPosition> seen = Optional.empty(); // where it ended at the last answer

    ProducerWatch(Contact contact) {
        this.contact = contact;
        this.asker = Executors.newSingleThreadExecutor(task -> {
            Thread thread =
                    new Thread(task, "binlog-position-" + contact.source().endpoint());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Tells the assembler what the master has answered since, and asks once more if need be. Does not wait.
     *
     * @return whether an answer came that was of no use
     */
    boolean lookAt(ItemAssembler assembler, boolean silent) {
        boolean answered = asked != null && asked.isDone();
        if (answered && !asked.isCompletedExceptionally()) {
            BinlogPosition end = asked.join().end();
            seen = Optional.of(end);
            assembler.producerSeenAt(end, silence);
        }
        if (answered || asked == null) {
            asked = null;
            if (assembler.holds() || silent) {
                silence = silent;
                asked = CompletableFuture.supplyAsync(() -> ProducerStatus.ask(contact), asker);
            }
        }
        return answered && assembler.holds();
    }

    /** Where the master's binlog ended when it was last asked, if that is further than what has arrived. */
    Optional<BinlogPosition> ahead(ItemAssembler assembler) {
        return seen.filter(assembler::isBehind);
    }

    @Override
    public void close() {
        asker.shutdownNow();
    }
}

package io.pikaferry.worker.master.dialback;

import io.pikaferry.worker.master.Contact;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Finds out, beside the stream, where the master's binlog ends. Asking is left to a thread of its own, as the stream's must
 * go on reading whatever the client port does.
 *
 * <p>Threads: {@link #lookAt} by one; {@link #close} from any.
 */
final class ProducerWatch implements AutoCloseable {

    private final Contact contact;
    private final ExecutorService asker;
    private CompletableFuture<ProducerStatus> asked; // of the thread that looks; null if nothing was asked
    private boolean silence; // when it was asked

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
            assembler.producerSeenAt(asked.join().end(), silence);
        }
        if (answered || asked == null) {
            asked = null;
            if (assembler.holds()) {
                silence = silent;
                asked = CompletableFuture.supplyAsync(() -> ProducerStatus.ask(contact), asker);
            }
        }
        return answered && assembler.holds();
    }

    @Override
    public void close() {
        asker.shutdownNow();
    }
}

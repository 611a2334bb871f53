package io.pikaferry.worker.master.dialback;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.Contact;
import io.pikaferry.worker.master.ReplicationSession;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The binlog of a 2.3 or 3.0 master: a thread of its own receives and spools, as these masters neither wait for a slave nor
 * keep for it what it has not read.
 *
 * <p>If a registration ends, the next one is made at the end of what was spooled, as often as it takes, while nobody asks
 * for more: in the hours of a load the master may remove what nobody follows. Who asks when the spool is empty hears of the
 * failure instead.
 */
final class DialBackSession implements ReplicationSession {

    private static final Logger log = LoggerFactory.getLogger(DialBackSession.class);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final Contact contact;
    private final DialBackTimings timings;
    private final long fileSize;
    private final long ownServerId;
    private final ItemSpool spool;
    private final ProducerWatch producer;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private BinlogPosition spooledTo; // of the thread, once it runs
    private BinlogPosition corruptAfter; // of the thread; where something unreadable was last seen, or null
    private volatile BinlogRegistration registration;
    private volatile FerryException trouble; // present while there is no registration for a reason
    private volatile boolean waiting; // somebody in next

    DialBackSession(
            Contact contact,
            DialBackTimings timings,
            ItemSpool.Limits limits,
            long fileSize,
            long ownServerId,
            BinlogPosition from) {
        this.contact = contact;
        this.timings = timings;
        this.fileSize = fileSize;
        this.ownServerId = ownServerId;
        this.spooledTo = from;
        this.spool = new ItemSpool(StreamId.ONLY, contact.workDirectory().resolve("binlog-spool"), limits);
        this.producer = new ProducerWatch(contact);
        this.thread = new Thread(this::run, "binlog-" + contact.source().endpoint());
        thread.setDaemon(true);
    }

    /** Registers; what makes that impossible is thrown here. */
    void start() {
        try {
            registration = register().orElse(null);
            thread.start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void run() {
        try {
            Duration pause = timings.poll();
            while (closed.getCount() > 0) {
                try {
                    if (registration == null) {
                        registration = register().orElse(null);
                    }
                    trouble = null;
                    BinlogRegistration current = registration;
                    if (current == null) {
                        pause(timings.poll()); // the master has logged nothing since
                    } else {
                        pause = timings.poll();
                        receive(current);
                    }
                } catch (FerryException e) {
                    if (isNewCorruption(e)) {
                        continue;
                    }
                    if (!goesOnAfter(e, pause)) {
                        return;
                    }
                    Duration longer = pause.multipliedBy(2);
                    pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (RuntimeException e) {
            giveUp(new FerryException(ErrorCode.INTERNAL, "receiving the binlog failed: " + e, e));
        } finally {
            BinlogRegistration current = registration;
            if (current != null) {
                current.close(); // made while we were being closed
            }
        }
    }

    private void receive(BinlogRegistration current) throws InterruptedException {
        ItemAssembler assembler = new ItemAssembler(StreamId.ONLY, spooledTo, fileSize, ownServerId, item -> {
            spool.put(item);
            spooledTo = item.end();
        });
        try {
            current.receive(assembler, producer);
        } finally {
            current.close();
            registration = null;
        }
    }

    /** Whether to try again: not what repeating cannot heal, and not if somebody hears of it. */
    private boolean goesOnAfter(FerryException failure, Duration pause) throws InterruptedException {
        if (closed.getCount() == 0) {
            return false;
        }
        giveUp(failure);
        boolean heard = waiting && spool.isEmpty();
        boolean mayHeal = failure.code().blame() == ErrorCode.Blame.ENVIRONMENT && !heard;
        if (mayHeal) {
            log.info("source {}: {}", contact.source().endpoint(), failure.getMessage());
            pause(pause);
        }
        return mayHeal;
    }

    /** Damage that is not at the same place the second time was done on the way, and not on the master's disk. */
    private boolean isNewCorruption(FerryException failure) {
        boolean fresh = failure.code() == ErrorCode.BINLOG_CORRUPT && !spooledTo.equals(corruptAfter);
        if (fresh) {
            corruptAfter = spooledTo;
            log.warn("source {}: {}; read once more", contact.source().endpoint(), failure.getMessage());
        }
        return fresh;
    }

    private void giveUp(FerryException failure) {
        trouble = failure;
        spool.wake();
    }

    private void pause(Duration duration) throws InterruptedException {
        if (closed.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("closed");
        }
    }

    /** Empty if the position can be asked for only when the master has logged something more. */
    private Optional<BinlogRegistration> register() {
        BinlogPosition refused = null;
        while (true) {
            ProducerStatus producer = ProducerStatus.ask(contact);
            ResumePoint point = ResumePoint.of(spooledTo, producer, fileSize);
            if (point instanceof ResumePoint.Never never) {
                throw new FerryException(
                        never.code(), "source %s: %s".formatted(contact.source().endpoint(), never.why()));
            }
            if (!(point instanceof ResumePoint.Ask ask)) {
                return Optional.empty();
            }
            if (ask.from().equals(refused)) {
                throw new FerryException(
                        ErrorCode.BINLOG_CORRUPT,
                        "source %s refuses position %s (InvalidOffset), though its binlog goes on to %s: it cannot read file %d"
                                .formatted(
                                        contact.source().endpoint(),
                                        ask.from(),
                                        producer.end(),
                                        ask.from().filenum()));
            }
            Optional<BinlogRegistration> opened = BinlogRegistration.open(contact, timings, ask.from());
            if (opened.isPresent()) {
                return opened;
            }
            refused = ask.from(); // once more: it may have been restarted and gone back in between
        }
    }

    @Override
    public Optional<BinlogItem> next(Duration wait) throws InterruptedException {
        waiting = true;
        Optional<BinlogItem> item;
        try {
            item = spool.take(wait);
        } finally {
            waiting = false;
        }
        FerryException failure = trouble;
        if (item.isEmpty() && failure != null && spool.isEmpty() && closed.getCount() > 0) {
            close();
            throw failure;
        }
        return item;
    }

    /** These masters take no acknowledgement. */
    @Override
    public void confirm(StreamId stream, BinlogPosition end) {}

    @Override
    public void close() {
        closed.countDown();
        BinlogRegistration current = registration;
        if (current != null) {
            current.close();
        }
        thread.interrupt();
        producer.close();
        spool.close();
    }
}

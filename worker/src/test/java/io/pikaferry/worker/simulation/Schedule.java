package io.pikaferry.worker.simulation;

import io.pikaferry.worker.threads.Threads;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Lets exactly one of its threads go on at a time. Where a thread comes to a boundary ({@link #pass}) or has to wait
 * ({@link #await}), the next one is drawn from the seed among those that can go on. Time stands still while somebody can;
 * then it jumps to where the first has waited long enough. So what happens is a function of the seed.
 *
 * <p>Threads: everything here is used by the thread whose turn it is, which is what makes it safe.
 */
final class Schedule {

    private static final BooleanSupplier ALWAYS = () -> true;
    private static final long FOR_EVER = Long.MAX_VALUE;
    private static final long REAL_SECONDS_AT_MOST = 60;

    private final Random random;
    private final List<Turn> turns = new ArrayList<>(); // in the order they began
    private final List<Turn> able = new ArrayList<>();
    private final PriorityQueue<Appointment> appointments =
            new PriorityQueue<>(Comparator.comparingLong(Appointment::at).thenComparingLong(Appointment::order));
    private final CountDownLatch allEnded = new CountDownLatch(1);
    private volatile Turn running;
    private volatile Throwable failure;
    private volatile boolean over;
    private long nowMillis;
    private long appointed;

    private record Appointment(long at, long order, Runnable what) {}

    /** What runs together and is killed together. */
    static final class Process {
        private final String name;
        private boolean killed;
        private boolean stopped;

        Process(String name) {
            this.name = name;
        }

        void kill() {
            killed = true;
            stopped = false;
        }

        /** SIGSTOP. */
        void stop() {
            stopped = true;
        }

        /** SIGCONT. */
        void goOn() {
            stopped = false;
        }

        boolean isKilled() {
            return killed;
        }

        boolean isStopped() {
            return stopped;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A thread, and what it waits for. */
    private static final class Turn {
        final Process process;
        final String name;
        final Runnable body;
        Carrier carrier; // since it began
        BooleanSupplier ready = ALWAYS;
        long deadline = FOR_EVER;
        boolean interruptible;
        boolean interrupted; // while it is not its turn; else the thread itself knows

        Turn(Process process, String name, Runnable body) {
            this.process = process;
            this.name = name;
            this.body = body;
        }

        boolean canGoOn(long now) {
            if (process.killed) {
                return true;
            }
            return !process.stopped && (deadline <= now || interruptible && interrupted || ready.getAsBoolean());
        }
    }

    Schedule(Random random, long nowMillis) {
        this.random = random;
        this.nowMillis = nowMillis;
    }

    long nowMillis() {
        return nowMillis;
    }

    /** The process whose turn it is. */
    Process process() {
        return running.process;
    }

    String thread() {
        Turn turn = running;
        return turn == null ? "-" : turn.process + " " + turn.name;
    }

    /** Has something happen at a time, between two turns. */
    void at(long millis, Runnable what) {
        appointments.add(new Appointment(Math.max(millis, nowMillis), appointed++, what));
    }

    void after(long millis, Runnable what) {
        at(nowMillis + millis, what);
    }

    /** Where everybody stands. */
    String standing() {
        StringBuilder all = new StringBuilder();
        for (Turn turn : turns) {
            all.append(System.lineSeparator()).append(turn.process).append(' ').append(turn.name);
            for (StackTraceElement frame : turn.carrier.getStackTrace()) {
                if (frame.getClassName().startsWith("io.pikaferry")
                        && !frame.getClassName().contains("Schedule")) {
                    all.append(System.lineSeparator()).append("    ").append(frame);
                }
            }
        }
        return all.toString();
    }

    /** Something is wrong: the first such thing is what {@link #run} throws. */
    void fail(Throwable why) {
        if (failure == null) {
            failure = why;
        }
        over = true;
    }

    /** Everything ends now. */
    void end() {
        over = true;
    }

    boolean isOver() {
        return over;
    }

    /** Runs until {@link #end}; called from outside, after the first threads were started. */
    void run() {
        Optional<Turn> first = next(null);
        if (first.isPresent()) {
            give(first.get());
            try {
                if (!allEnded.await(REAL_SECONDS_AT_MOST, TimeUnit.SECONDS)) {
                    over = true;
                    throw new IllegalStateException(
                            "no end in " + REAL_SECONDS_AT_MOST + " s; running: " + thread() + standing());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }

    /** A boundary: anything may happen before the caller goes on. */
    void pass() {
        Turn turn = mine();
        turn.ready = ALWAYS;
        turn.deadline = FOR_EVER;
        turn.interruptible = false;
        handOver(turn);
    }

    /** Waits until it is so, or the time is over, or the thread is interrupted. @return whether it is so */
    boolean await(BooleanSupplier ready, long millis) throws InterruptedException {
        Turn turn = mine();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        turn.ready = ready;
        turn.deadline = millis == FOR_EVER ? FOR_EVER : nowMillis + Math.max(0, millis);
        turn.interruptible = true;
        handOver(turn);
        boolean so = ready.getAsBoolean();
        if (!so && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return so;
    }

    private Turn mine() {
        Turn turn = running;
        if (turn == null || turn.carrier != Thread.currentThread()) {
            throw new IllegalStateException("it is not the turn of " + Thread.currentThread());
        }
        if (turn.process.killed || over) {
            throw new Killed();
        }
        return turn;
    }

    private void handOver(Turn turn) {
        Optional<Turn> next = next(turn);
        if (next.isPresent() && next.get() != turn) {
            if (Thread.interrupted()) {
                turn.interrupted = true;
            }
            give(next.get());
            waitForTurn(turn);
        }
        if (turn.interrupted) {
            turn.interrupted = false;
            turn.carrier.interrupt();
        }
        if (turn.process.killed || over) {
            throw new Killed();
        }
    }

    private void give(Turn next) {
        running = next;
        LockSupport.unpark(next.carrier);
    }

    private void waitForTurn(Turn turn) {
        while (running != turn) {
            LockSupport.park(this);
        }
    }

    /** Whose turn it is next; empty: everything has ended. */
    private Optional<Turn> next(Turn current) {
        try {
            while (!over) {
                keepAppointments();
                able.clear();
                for (Turn turn : turns) {
                    if (turn.canGoOn(nowMillis)) {
                        able.add(turn);
                    }
                }
                if (!able.isEmpty()) {
                    nowMillis += random.nextInt(4) / 3;
                    // Short runs of one thread: far fewer switches, and as many orders.
                    Turn chosen = able.contains(current) && random.nextInt(4) > 0
                            ? current
                            : able.get(random.nextInt(able.size()));
                    return Optional.of(chosen);
                }
                passTime();
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
        return turns.isEmpty() ? Optional.empty() : Optional.of(turns.get(0));
    }

    private void keepAppointments() {
        while (!over && !appointments.isEmpty() && appointments.peek().at() <= nowMillis) {
            appointments.poll().what().run();
        }
    }

    private void passTime() {
        long then = appointments.isEmpty() ? FOR_EVER : appointments.peek().at();
        for (Turn turn : turns) {
            if (!turn.process.stopped) {
                then = Math.min(then, turn.deadline);
            }
        }
        if (then == FOR_EVER) {
            throw new AssertionError("everybody waits for something that will never be");
        }
        nowMillis = Math.max(nowMillis, then);
    }

    private void ended(Turn turn) {
        turns.remove(turn);
        next(null).ifPresentOrElse(this::give, allEnded::countDown);
    }

    /** The means of one process. */
    Threads threadsOf(Process process) {
        return new InTurns(process);
    }

    private final class InTurns implements Threads {

        private final Process process;

        InTurns(Process process) {
            this.process = process;
        }

        @Override
        public Thread thread(String name, Runnable body) {
            return new InTurn(process, name, body);
        }

        @Override
        public CountDownLatch latch(int count) {
            return new CountDownLatch(count) {
                @Override
                public void await() throws InterruptedException {
                    Schedule.this.await(() -> getCount() == 0, FOR_EVER);
                }

                @Override
                public boolean await(long timeout, TimeUnit unit) throws InterruptedException {
                    return Schedule.this.await(() -> getCount() == 0, unit.toMillis(timeout));
                }
            };
        }

        @Override
        public Semaphore semaphore(int permits) {
            return new TurnSemaphore(permits);
        }

        @Override
        public Condition condition(ReentrantLock lock) {
            return new TurnCondition(lock);
        }

        @Override
        public long nanos() {
            return TimeUnit.MILLISECONDS.toNanos(nowMillis);
        }
    }

    private void run(Turn turn) {
        waitForTurn(turn);
        try {
            if (!turn.process.killed && !over) {
                if (turn.interrupted) {
                    turn.interrupted = false;
                    turn.carrier.interrupt();
                }
                turn.body.run();
            }
        } catch (Killed e) {
            // as it should be
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            ended(turn);
        }
    }

    /** What a job takes for a thread of its own: started, it runs on a carrier. */
    private final class InTurn extends Thread {

        private final Turn turn;

        InTurn(Process process, String name, Runnable body) {
            super(name);
            this.turn = new Turn(process, name, body);
        }

        @Override
        public void start() {
            turns.add(turn);
            turn.carrier = Carrier.free();
            turn.carrier.carry(Schedule.this, turn);
        }

        @Override
        public void interrupt() {
            turn.interrupted = true;
        }
    }

    /** A real thread, that runs one turn after the other, of one schedule after the other: making threads is what takes long. */
    private static final class Carrier extends Thread {

        private static final ConcurrentLinkedQueue<Carrier> FREE = new ConcurrentLinkedQueue<>();

        private volatile Runnable next;
        private volatile Turn carried;

        Carrier() {
            super("carrier");
            setDaemon(true);
        }

        static Carrier free() {
            Carrier free = FREE.poll();
            if (free == null) {
                free = new Carrier();
                free.start();
            }
            return free;
        }

        void carry(Schedule schedule, Turn turn) {
            carried = turn;
            next = () -> schedule.run(turn);
            LockSupport.unpark(this);
        }

        @Override
        public void run() {
            while (true) {
                while (next == null) {
                    LockSupport.park(this);
                }
                Runnable job = next;
                next = null;
                job.run();
                interrupted();
                FREE.add(this);
            }
        }

        @Override
        public void interrupt() {
            Turn turn = carried;
            if (Thread.currentThread() == this || turn == null) {
                super.interrupt();
            } else {
                turn.interrupted = true;
            }
        }
    }

    private final class TurnSemaphore extends Semaphore {

        private static final long serialVersionUID = 1;

        TurnSemaphore(int permits) {
            super(permits);
        }

        @Override
        public void acquire(int permits) throws InterruptedException {
            Schedule.this.await(() -> availablePermits() >= permits, FOR_EVER);
            taken(permits);
        }

        @Override
        public boolean tryAcquire(long timeout, TimeUnit unit) throws InterruptedException {
            if (Schedule.this.await(() -> availablePermits() >= 1, unit.toMillis(timeout))) {
                taken(1);
                return true;
            }
            return false;
        }

        private void taken(int permits) {
            if (!tryAcquire(permits)) {
                throw new IllegalStateException("there were " + permits + " permits");
            }
        }
    }

    private final class TurnCondition implements Condition {

        private final ReentrantLock lock;
        private long signals;

        TurnCondition(ReentrantLock lock) {
            this.lock = lock;
        }

        @Override
        public void await() throws InterruptedException {
            long before = signals;
            lock.unlock();
            try {
                Schedule.this.await(() -> signals > before, FOR_EVER);
            } finally {
                lock.lock();
            }
        }

        @Override
        public void signal() {
            signals++;
        }

        @Override
        public void signalAll() {
            signals++;
        }

        @Override
        public void awaitUninterruptibly() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long awaitNanos(long nanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean await(long time, TimeUnit unit) throws InterruptedException {
            long before = signals;
            lock.unlock();
            try {
                return Schedule.this.await(() -> signals > before, unit.toMillis(time));
            } finally {
                lock.lock();
            }
        }

        @Override
        public boolean awaitUntil(java.util.Date deadline) {
            throw new UnsupportedOperationException();
        }
    }
}

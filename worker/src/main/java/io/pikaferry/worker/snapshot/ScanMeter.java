package io.pikaferry.worker.snapshot;

/**
 * Adds up how far all threads have come. Within a unit it goes by the number of records read of those the files say
 * they hold; the end of a unit makes good what that missed. Safe for use by many threads.
 */
final class ScanMeter {

    private final long total;
    private final ScanProgress progress;
    private long done;

    ScanMeter(long total, ScanProgress progress) {
        this.total = total;
        this.progress = progress;
    }

    /** Under the lock also while it tells, so that what is told never goes back. */
    private synchronized void advance(long bytes) {
        done = Math.min(total, done + bytes);
        progress.scanned(done, total);
    }

    Unit unit(long bytes, long records) {
        return new Unit(bytes, Math.max(1, records));
    }

    /** One thread's share. Used by that thread. */
    final class Unit {

        private static final int REPORT_EVERY = 4096;

        private final long bytes;
        private final long records;
        private long read;
        private long told;

        private Unit(long bytes, long records) {
            this.bytes = bytes;
            this.records = records;
        }

        /** A record was read: the place where a scan notices that it is no longer wanted. */
        void read() throws InterruptedException {
            if (++read % REPORT_EVERY == 0) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                tell((long) (bytes * Math.min(1.0, (double) read / records)));
            }
        }

        void finished() {
            tell(bytes);
        }

        private void tell(long reached) {
            advance(reached - told);
            told = reached;
        }
    }
}

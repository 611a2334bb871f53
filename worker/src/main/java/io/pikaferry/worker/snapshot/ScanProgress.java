package io.pikaferry.worker.snapshot;

/** Hears how a scan gets on. Called from any scanning thread, every few thousand records. */
public interface ScanProgress {

    /** Both estimated from the sizes of the dump's files; done never exceeds total. */
    void scanned(long bytesDone, long bytesTotal);
}

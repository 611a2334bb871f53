package io.pikaferry.worker.master;

/** Hears how a full sync gets on. Called from any thread, about once a second and at each change of state. */
public interface TransferProgress {

    /** The master makes its dump; nothing arrives yet. */
    void waitingForDump();

    /**
     * Bytes are arriving.
     *
     * @param received bytes on our disk so far
     * @param total bytes of the whole dump, or 0 while unknown
     */
    void transferring(long received, long total);
}

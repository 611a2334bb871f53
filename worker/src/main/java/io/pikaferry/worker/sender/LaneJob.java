package io.pikaferry.worker.sender;

/** What the lanes of a job share. */
interface LaneJob {

    String name();

    SenderConfig config();

    int controlDb();

    MarkBoard board();

    Budget budget();

    CommandRendering rendering();

    Refusals refusals();

    void applied(long commands);

    void loaded(long keys, long elements);

    /** The lane has ended because of this. */
    void failed(RuntimeException why);
}

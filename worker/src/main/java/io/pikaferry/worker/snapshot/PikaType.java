package io.pikaferry.worker.snapshot;

/** The types a key can have, in the order in which Pika up to 3.5 answers TYPE when a name has several (dump-formats.md §4.5). */
public enum PikaType {
    STRING,
    HASH,
    LIST,
    ZSET,
    SET,
    STREAM
}

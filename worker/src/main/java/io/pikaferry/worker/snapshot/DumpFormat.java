package io.pikaferry.worker.snapshot;

/** How the records of a dump are encoded (dump-formats.md, table of generations). */
public enum DumpFormat {
    /** Pika 2.x: one key space per type, metas and data told apart by the first byte. */
    NEMO,
    /** Pika 3.0 – 3.5: a database per type, metas and data in column families of their own. */
    BLACKWIDOW,
    /** Pika 4.0: several equal databases, each with every type. */
    FLOYD
}

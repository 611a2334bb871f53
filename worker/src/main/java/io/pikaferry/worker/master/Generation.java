package io.pikaferry.worker.master;

/** How a master replicates (replication.md §0.1). What it logs differs within a generation: see {@link PikaVersion}. */
public enum Generation {
    /** 2.3: RESP with four trailing arguments; rsync push; nemo dump. */
    A,
    /** 3.0: 6-byte frames with a 34-byte item header; rsync push; blackwidow dump. */
    B,
    /** 3.1 – 3.4: protobuf with acknowledgements; rsync push with a password; a binlog per database and slot. */
    C,
    /** 3.5: as C; the snapshot is pulled (RsyncService). */
    D,
    /** 4.0: as D; floyd dump. */
    E;

    /** Empty for versions nobody has recorded: below 2.3 and from 4.1 on. */
    public static java.util.Optional<Generation> of(PikaVersion version) {
        if (version.below(2, 3, 0) || version.atLeast(4, 1, 0)) {
            return java.util.Optional.empty();
        }
        if (version.major() == 2) {
            return java.util.Optional.of(A);
        }
        if (version.below(3, 1, 0)) {
            return java.util.Optional.of(B);
        }
        if (version.below(3, 5, 0)) {
            return java.util.Optional.of(C);
        }
        return java.util.Optional.of(version.major() == 3 ? D : E);
    }

    /** A and B: the master dials us and takes no acknowledgement. */
    public boolean dialsBack() {
        return this == A || this == B;
    }
}

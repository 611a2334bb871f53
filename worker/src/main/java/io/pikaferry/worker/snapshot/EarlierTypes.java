package io.pikaferry.worker.snapshot;

import java.util.List;
import java.util.Optional;

/**
 * Finds the names that several types have, in databases that keep a type each (dump-formats.md §4.5): asks for every
 * live key of one type whether an earlier type has it alive too.
 *
 * <p>Asked in ascending order, as a scan does; then each earlier type costs one cursor that walks along, and mostly no
 * step at all. Used by one thread.
 */
final class EarlierTypes implements AutoCloseable {

    /** Decides whether a meta (a string's value, for strings) is that of a live key. */
    interface Liveness {
        boolean live(byte[] meta, int length);
    }

    /** The metas of an earlier type. */
    static final class Type implements AutoCloseable {

        /** Rather a few steps than a seek. */
        private static final int STEPS = 2;

        private final PikaType type;
        private final Cursor metas;
        private final byte[] tag;
        private final Liveness liveness;
        private boolean sought;

        /** @param tag what the type's meta keys begin with before the user's key; may be empty */
        Type(PikaType type, Cursor metas, byte[] tag, Liveness liveness) {
            this.type = type;
            this.metas = metas;
            this.tag = tag.clone();
            this.liveness = liveness;
        }

        private boolean has(byte[] key) {
            byte[] wanted = key;
            if (tag.length > 0) {
                wanted = new byte[tag.length + key.length];
                System.arraycopy(tag, 0, wanted, 0, tag.length);
                System.arraycopy(key, 0, wanted, tag.length, key.length);
            }
            for (int step = 0; sought && step < STEPS && metas.valid() && metas.compareKey(wanted) < 0; step++) {
                metas.next();
            }
            if (!sought || metas.valid() && metas.compareKey(wanted) < 0) {
                metas.seek(wanted);
                sought = true;
            }
            if (!metas.valid() || metas.compareKey(wanted) != 0) {
                return false;
            }
            int length = metas.readValue();
            return liveness.live(metas.value(), length);
        }

        @Override
        public void close() {
            metas.close();
        }
    }

    private final List<Type> types;

    /** @param types in the order of {@link PikaType}; closed with this */
    EarlierTypes(List<Type> types) {
        this.types = List.copyOf(types);
    }

    /** The first earlier type that has a live key of this name. */
    Optional<PikaType> holding(byte[] key) {
        for (Type candidate : types) {
            if (candidate.has(key)) {
                return Optional.of(candidate.type);
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        types.forEach(Type::close);
    }
}

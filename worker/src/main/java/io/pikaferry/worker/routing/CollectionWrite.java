package io.pikaferry.worker.routing;

import static java.util.Objects.requireNonNull;

/**
 * What a command does to whether a set, a sorted set or a list is there at all; of sources that remember the expiry of one that was
 * emptied and give it to what is filled in later (ADR 19). A plain class: it carries arrays.
 */
public final class CollectionWrite {

    /** Kinds are remembered apart, also under one name. */
    public enum Kind {
        SET('s', "set"),
        SORTED_SET('z', "zset"),
        LIST('l', "list");

        private final char letter;
        private final String redisType;

        Kind(char letter, String redisType) {
            this.letter = letter;
            this.redisType = redisType;
        }

        /** What it is written down as. */
        public char letter() {
            return letter;
        }

        /** As TYPE says. */
        public String redisType() {
            return redisType;
        }
    }

    /** What has to be done beside the command itself. */
    public enum Form {
        AS_IS,
        /** It replaces the key, whose expiry stays. */
        KEEPING_EXPIRY,
        /** RPOPLPUSH: the expiry of the list it takes from goes. */
        CLEARING_FIRST
    }

    private final Kind kind;
    private final Form form;
    private final boolean empties;
    private final byte[][] command;
    private final byte[][] keys;

    CollectionWrite(Kind kind, Form form, boolean empties, byte[][] command, byte[]... keys) {
        this.kind = requireNonNull(kind, "kind is null");
        this.form = requireNonNull(form, "form is null");
        this.empties = empties;
        this.command = requireNonNull(command, "command is null");
        this.keys = requireNonNull(keys, "keys is null");
        if (keys.length == 0) {
            throw new IllegalArgumentException("a write of a collection has a key");
        }
    }

    public Kind kind() {
        return kind;
    }

    public Form form() {
        return form;
    }

    /** Whether it may leave one of the {@linkplain #keys keys} empty; else it only fills. */
    public boolean empties() {
        return empties;
    }

    /** The command, without what the form asks for. Not to be written to. */
    public byte[][] command() {
        return command;
    }

    /** Those that may be emptied, if at all, or filled; not those that are only read, or whose expiry goes anyhow. */
    public byte[][] keys() {
        return keys;
    }
}

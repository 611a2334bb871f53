package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import java.util.Arrays;

/**
 * Pika's HyperLogLog from 3.0 on: 2^17 registers of one byte, chosen by the low 17 bits of a murmur
 * hash, ranked by the zeros at one end of the other 15 (spec/dump-formats.md §3.4).
 */
final class HyperLogLog {

    private static final int PRECISION = 17;
    private static final int REGISTERS = 1 << PRECISION;
    private static final int SEED = 313;

    /** Which zeros of the hash's other bits are counted. */
    enum Rank {
        /** 2.x and 3.1. */
        LEADING_ZEROS,
        TRAILING_ZEROS
    }

    private final byte[] registers;
    private final Rank rank;

    private HyperLogLog(byte[] registers, Rank rank) {
        this.registers = registers;
        this.rank = rank;
    }

    /** An empty string is a counter of nothing. */
    static HyperLogLog of(Bytes stored, Rank rank) {
        return new HyperLogLog(Arrays.copyOf(stored.array(), REGISTERS), rank);
    }

    void add(Bytes element) {
        int hash = murmur3(element.array());
        int index = hash & (REGISTERS - 1);
        int zeros =
                switch (rank) {
                    case LEADING_ZEROS -> Integer.numberOfLeadingZeros(hash << PRECISION);
                    case TRAILING_ZEROS -> Integer.numberOfTrailingZeros(hash >>> PRECISION);
                };
        byte ranked = (byte) (Math.min(32 - PRECISION, zeros) + 1);
        if (ranked > registers[index]) {
            registers[index] = ranked;
        }
    }

    /** Or-ing what is larger is Pika's way of merging; it is kept. */
    void merge(HyperLogLog other) {
        for (int i = 0; i < REGISTERS; i++) {
            if (registers[i] < other.registers[i]) {
                registers[i] |= other.registers[i];
            }
        }
    }

    double estimate() {
        double sum = 0;
        int zeros = 0;
        for (byte register : registers) {
            sum += 1.0 / (1 << register);
            zeros += register == 0 ? 1 : 0;
        }
        double alpha = 0.7213 / (1 + 1.079 / REGISTERS);
        double estimate = alpha * REGISTERS * REGISTERS / sum;
        if (estimate <= 2.5 * REGISTERS && zeros != 0) {
            return REGISTERS * Math.log((double) REGISTERS / zeros);
        }
        return estimate;
    }

    Bytes toBytes() {
        return Bytes.owning(registers.clone());
    }

    /** MurmurHash3, x86, 32 bits (public domain algorithm of Austin Appleby). */
    private static int murmur3(byte[] data) {
        int hash = SEED;
        int blocks = data.length / 4;
        for (int i = 0; i < blocks; i++) {
            hash ^= scrambled(word(data, i * 4, 4));
            hash = Integer.rotateLeft(hash, 13) * 5 + 0xe6546b64;
        }
        if (data.length % 4 != 0) {
            hash ^= scrambled(word(data, blocks * 4, data.length % 4));
        }
        hash ^= data.length;
        hash ^= hash >>> 16;
        hash *= 0x85ebca6b;
        hash ^= hash >>> 13;
        hash *= 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }

    private static int word(byte[] data, int from, int length) {
        int word = 0;
        for (int i = 0; i < length; i++) {
            word |= (data[from + i] & 0xff) << (8 * i);
        }
        return word;
    }

    private static int scrambled(int word) {
        return Integer.rotateLeft(word * 0xcc9e2d51, 15) * 0x1b873593;
    }
}

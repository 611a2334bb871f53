package io.pikaferry.worker.snapshot;

import io.pikaferry.model.Bytes;
import java.util.HexFormat;

/** Bytes as the specifications and the fixtures write them. */
final class Hex {

    private static final HexFormat FORMAT = HexFormat.of();

    private Hex() {}

    /** @param text may be spaced for the reader */
    static byte[] bytes(String text) {
        return FORMAT.parseHex(text.replace(" ", ""));
    }

    static String of(byte[] bytes) {
        return FORMAT.formatHex(bytes);
    }

    static String of(Bytes bytes) {
        return of(bytes.array());
    }
}

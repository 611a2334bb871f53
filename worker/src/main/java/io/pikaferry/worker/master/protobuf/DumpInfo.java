package io.pikaferry.worker.master.protobuf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The file {@code info} of a dump (replication.md §4.1): seconds it took, address and port of the master, then the
 * position the dump stands for; a consensus master adds term and index.
 *
 * @param position the end of the last write that is in the dump
 */
record DumpInfo(BinlogPosition position) {

    private static final int MAX_BYTES = 4096;

    /** @throws FerryException SNAPSHOT_INCOMPLETE if it is not one */
    static DumpInfo parse(byte[] text) {
        List<String> lines = new String(text, ISO_8859_1).lines().toList();
        if (text.length > MAX_BYTES || lines.size() < 5 || lines.size() > 8) {
            throw broken("it has " + lines.size() + " lines, not 5 to 8");
        }
        try {
            return new DumpInfo(new BinlogPosition(
                    Long.parseLong(lines.get(3).trim()),
                    Long.parseLong(lines.get(4).trim())));
        } catch (IllegalArgumentException e) {
            throw broken("lines 4 and 5 are no binlog position");
        }
    }

    /** What a master of 3.5 and 4.0 calls a dump: the MD5 of this file. */
    static String uuid(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new FerryException(ErrorCode.INTERNAL, "every Java has MD5", e);
        }
    }

    private static FerryException broken(String why) {
        return new FerryException(ErrorCode.SNAPSHOT_INCOMPLETE, "the dump's info file is broken: " + why);
    }
}

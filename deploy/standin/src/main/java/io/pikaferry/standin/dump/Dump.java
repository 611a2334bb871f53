package io.pikaferry.standin.dump;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A complete dump of one database. */
public record Dump(Path directory, DumpInfo info) {

    /** By which 3.5 and 4.0 tell dumps apart: the MD5 of info. */
    public String uuid() throws IOException {
        try {
            byte[] digest =
                    MessageDigest.getInstance("MD5").digest(Files.readAllBytes(directory.resolve(DumpInfo.FILE)));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}

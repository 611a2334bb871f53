package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Says a script in full the first time in a transaction, and by its digest from then on: the target knows it by then, and EXEC lets
 * nobody in who could make it forget. A text of a thousand bytes costs the target more than what it does.
 */
final class KnownScripts {

    private static final byte[] EVALSHA = Words.ascii("EVALSHA");

    /** By identity: they are constants. Empty: said once, not needed again so far. */
    private final Map<byte[], Optional<byte[]>> digests = new IdentityHashMap<>(0);

    byte[][] shortened(byte[][] command) {
        if (!Words.isNamed(command[0], Words.EVAL)) {
            return command;
        }
        byte[] script = command[1];
        Optional<byte[]> digest = digests.get(script);
        if (digest == null) {
            digests.put(script, Optional.empty());
            return command;
        }
        if (digest.isEmpty()) {
            digest = Optional.of(digest(script));
            digests.put(script, digest);
        }
        byte[][] shortened = command.clone();
        shortened[0] = EVALSHA;
        shortened[1] = digest.get();
        return shortened;
    }

    private static byte[] digest(byte[] script) {
        try {
            byte[] sha1 = MessageDigest.getInstance("SHA-1").digest(script);
            return HexFormat.of().formatHex(sha1).getBytes(US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}

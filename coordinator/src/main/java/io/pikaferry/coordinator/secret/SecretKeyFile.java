package io.pikaferry.coordinator.secret;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The file with the key that only coordinators have: 32 random bytes in Base64, readable by its owner only. */
public final class SecretKeyFile {

    private static final int KEY_BYTES = 32;

    private SecretKeyFile() {}

    /**
     * The key; a new one if there is no such file. Coordinators that start at the same time agree on one.
     *
     * @throws FerryException with SECRET_UNREADABLE if the file cannot be read or made, or holds no key
     */
    public static SecretKey readOrCreate(Path file) {
        try {
            if (!Files.exists(file)) {
                create(file);
            }
            byte[] key =
                    Base64.getDecoder().decode(Files.readString(file, US_ASCII).trim());
            if (key.length != KEY_BYTES) {
                throw new FerryException(
                        ErrorCode.SECRET_UNREADABLE,
                        "key file %s holds %d bytes, expected %d in Base64".formatted(file, key.length, KEY_BYTES));
            }
            return new SecretKeySpec(key, "AES");
        } catch (IllegalArgumentException e) {
            throw new FerryException(ErrorCode.SECRET_UNREADABLE, "key file %s is not Base64".formatted(file), e);
        } catch (IOException e) {
            throw new FerryException(
                    ErrorCode.SECRET_UNREADABLE, "key file %s cannot be read or made: %s".formatted(file, e), e);
        }
    }

    /** Written beside and linked into place, so that nobody ever reads half a key and the second of two loses. */
    private static void create(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        Path draft = Files.createTempFile(
                folder,
                "secret",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(draft, Base64.getEncoder().encodeToString(key) + "\n", US_ASCII);
            try {
                Files.createLink(file, draft);
            } catch (UnsupportedOperationException e) {
                Files.move(draft, file);
            }
        } catch (FileAlreadyExistsException e) {
            // another coordinator was quicker; its key is ours
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}

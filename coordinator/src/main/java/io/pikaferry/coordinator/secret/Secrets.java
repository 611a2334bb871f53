package io.pikaferry.coordinator.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.JobId;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts passwords on their way into the store (P7): AES-GCM, a new nonce each time, the secret's name as associated
 * data, so that one job's password cannot be passed off as another's.
 */
public final class Secrets {

    private static final String ALGORITHM = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** Whose password it is. */
    public enum Side {
        SOURCE,
        TARGET;

        String nameFor(JobId job) {
            return job + "." + name().toLowerCase(Locale.ROOT);
        }
    }

    private final SecretStore store;
    private final SecretKey key;
    private final String keyFile; // for messages
    private final SecureRandom random = new SecureRandom();

    public Secrets(SecretStore store, SecretKey key, String keyFile) {
        this.store = requireNonNull(store, "store is null");
        this.key = requireNonNull(key, "key is null");
        this.keyFile = requireNonNull(keyFile, "keyFile is null");
    }

    public void keep(JobId job, Side side, Bytes password) {
        String name = side.nameFor(job);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, name);
            store.put(
                    name,
                    new SealedSecret(Bytes.owning(nonce), Bytes.owning(cipher.doFinal(password.array()))),
                    fingerprint());
        } catch (GeneralSecurityException e) {
            throw new FerryException(ErrorCode.INTERNAL, "could not encrypt secret " + name, e);
        }
    }

    /**
     * The password that was kept last, or empty if none was.
     *
     * @throws FerryException with SECRET_UNREADABLE if it is encrypted with another key, or damaged
     */
    public Optional<Bytes> read(JobId job, Side side) {
        String name = side.nameFor(job);
        return store.find(name).map(secret -> {
            try {
                Cipher cipher = cipher(Cipher.DECRYPT_MODE, secret.nonce().array(), name);
                return Bytes.owning(cipher.doFinal(secret.ciphertext().array()));
            } catch (GeneralSecurityException e) {
                throw new FerryException(
                        ErrorCode.SECRET_UNREADABLE,
                        "secret %s cannot be decrypted with the key in %s".formatted(name, keyFile),
                        e);
            }
        });
    }

    /**
     * Checks that what is kept can be read with our key: who cannot read the passwords must not lead.
     *
     * @throws FerryException with SECRET_UNREADABLE if another key was used
     */
    public void verifyKey() {
        store.keyFingerprint().filter(kept -> !kept.equals(fingerprint())).ifPresent(kept -> {
            throw new FerryException(
                    ErrorCode.SECRET_UNREADABLE,
                    "the key in %s (%s) is not the one the kept passwords are encrypted with (%s)"
                            .formatted(keyFile, fingerprint(), kept));
        });
    }

    /** Tells keys apart and says nothing about them. */
    private String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("pikaferry secret key fingerprint".getBytes(UTF_8));
            return HexFormat.of().formatHex(digest.digest(key.getEncoded()), 0, 8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String name) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(ALGORITHM);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(name.getBytes(UTF_8));
        return cipher;
    }
}

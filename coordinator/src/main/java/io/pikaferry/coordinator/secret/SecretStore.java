package io.pikaferry.coordinator.secret;

import java.util.Optional;

/** Keeps encrypted passwords, and which key they are encrypted with. Calls block; safe for use by many threads. */
public interface SecretStore {

    Optional<SealedSecret> find(String name);

    /** Keeps the secret in place of an earlier one of that name, and the key's fingerprint with it. */
    void put(String name, SealedSecret secret, String keyFingerprint);

    /** Of the key that the last kept secret is encrypted with; empty if none ever was kept. */
    Optional<String> keyFingerprint();
}

package io.pikaferry.coordinator.secret;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Bytes;

/** A password as it may lie about. */
public record SealedSecret(Bytes nonce, Bytes ciphertext) {

    public SealedSecret {
        requireNonNull(nonce, "nonce is null");
        requireNonNull(ciphertext, "ciphertext is null");
    }
}

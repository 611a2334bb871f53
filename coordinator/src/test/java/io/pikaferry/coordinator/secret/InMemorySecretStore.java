package io.pikaferry.coordinator.secret;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A fake; {@link SecretStoreContract} keeps it honest. */
public final class InMemorySecretStore implements SecretStore {

    private final Map<String, SealedSecret> secrets = new ConcurrentHashMap<>();
    private volatile Optional<String> keyFingerprint = Optional.empty();

    @Override
    public Optional<SealedSecret> find(String name) {
        return Optional.ofNullable(secrets.get(name));
    }

    @Override
    public void put(String name, SealedSecret secret, String fingerprint) {
        secrets.put(name, secret);
        keyFingerprint = Optional.of(fingerprint);
    }

    @Override
    public Optional<String> keyFingerprint() {
        return keyFingerprint;
    }
}

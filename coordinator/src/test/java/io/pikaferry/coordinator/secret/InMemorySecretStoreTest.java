package io.pikaferry.coordinator.secret;

class InMemorySecretStoreTest extends SecretStoreContract {

    private final SecretStore store = new InMemorySecretStore();

    @Override
    protected SecretStore store() {
        return store;
    }
}

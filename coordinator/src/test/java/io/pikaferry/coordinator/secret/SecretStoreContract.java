package io.pikaferry.coordinator.secret;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every secret store does. The fake and the real one both run it. */
@Timeout(30)
public abstract class SecretStoreContract {

    private static final SealedSecret FIRST = new SealedSecret(Bytes.utf8("n1"), Bytes.utf8("c1"));
    private static final SealedSecret SECOND = new SealedSecret(Bytes.utf8("n2"), Bytes.utf8("c2"));

    protected abstract SecretStore store();

    @Test
    void nothingIsKeptAtFirst() {
        assertThat(store().find("orders.source")).isEmpty();
        assertThat(store().keyFingerprint()).isEmpty();
    }

    @Test
    void theLastSecretOfANameIsKept() {
        store().put("orders.source", FIRST, "k1");
        store().put("orders.target", FIRST, "k1");
        store().put("orders.source", SECOND, "k1");

        assertThat(store().find("orders.source")).contains(SECOND);
        assertThat(store().find("orders.target")).contains(FIRST);
        assertThat(store().keyFingerprint()).contains("k1");
    }
}

package io.pikaferry.coordinator.secret;

import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.coordinator.secret.Secrets.Side;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.JobId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P7. */
class SecretsTest {

    @TempDir
    private Path folder;

    private final InMemorySecretStore store = new InMemorySecretStore();
    private final Secrets secrets = new Secrets(store, key(1), "/etc/secret.key");

    private static SecretKey key(int value) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) value;
        return new SecretKeySpec(bytes, "AES");
    }

    @Test
    void aPasswordIsReadAsItWasKept() {
        secrets.keep(ORDERS, Side.SOURCE, Bytes.utf8("hunter2"));

        assertThat(secrets.read(ORDERS, Side.SOURCE)).contains(Bytes.utf8("hunter2"));
        assertThat(secrets.read(ORDERS, Side.TARGET)).isEmpty();
    }

    @Test
    void whatIsStoredDoesNotHoldThePassword() {
        secrets.keep(ORDERS, Side.SOURCE, Bytes.utf8("hunter2"));
        SealedSecret first = store.find("orders.source").orElseThrow();
        secrets.keep(ORDERS, Side.SOURCE, Bytes.utf8("hunter2"));
        SealedSecret second = store.find("orders.source").orElseThrow();

        assertThat(new String(first.ciphertext().array(), UTF_8)).doesNotContain("hunter2");
        assertThat(first.nonce()).isNotEqualTo(second.nonce());
        assertThat(first.ciphertext()).isNotEqualTo(second.ciphertext());
        assertThat(first.toString()).doesNotContain("hunter2");
    }

    @Test
    void aPasswordCannotBePassedOffAsAnothers() {
        secrets.keep(ORDERS, Side.SOURCE, Bytes.utf8("hunter2"));
        store.put("users.source", store.find("orders.source").orElseThrow(), "k");

        assertUnreadable(
                "secret users.source cannot be decrypted with the key in /etc/secret.key",
                () -> secrets.read(new JobId("users"), Side.SOURCE));
    }

    @Test
    void anotherKeyReadsNothingAndSaysSoBeforeItIsTried() {
        secrets.keep(ORDERS, Side.SOURCE, Bytes.utf8("hunter2"));
        Secrets stranger = new Secrets(store, key(2), "/etc/other.key");

        assertUnreadable(
                "secret orders.source cannot be decrypted with the key in /etc/other.key",
                () -> stranger.read(ORDERS, Side.SOURCE));
        assertThatThrownBy(stranger::verifyKey)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SECRET_UNREADABLE))
                .hasMessageMatching("the key in /etc/other.key \\([0-9a-f]{16}\\) is not the one the kept passwords are"
                        + " encrypted with \\([0-9a-f]{16}\\)");
        secrets.verifyKey();
    }

    @Test
    void anyKeyWillDoWhileNothingIsKept() {
        new Secrets(store, key(2), "/etc/other.key").verifyKey();
    }

    @Test
    void aMissingKeyFileIsMadeForItsOwnerOnly() throws Exception {
        Path file = folder.resolve("deep/er/secret.key");

        SecretKey made = SecretKeyFile.readOrCreate(file);

        assertThat(SecretKeyFile.readOrCreate(file)).isEqualTo(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void coordinatorsThatStartTogetherAgreeOnOneKey() throws Exception {
        Path file = folder.resolve("secret.key");
        ExecutorService starters = Executors.newFixedThreadPool(8);
        try {
            List<Callable<SecretKey>> starts = IntStream.range(0, 8)
                    .<Callable<SecretKey>>mapToObj(i -> () -> SecretKeyFile.readOrCreate(file))
                    .toList();
            List<Future<SecretKey>> keys = starters.invokeAll(starts);

            SecretKey first = keys.get(0).get();
            for (Future<SecretKey> key : keys) {
                assertThat(key.get()).isEqualTo(first);
            }
        } finally {
            starters.shutdownNow();
        }
    }

    @Test
    void aFileThatHoldsNoKeyIsRefused() throws Exception {
        Path file = folder.resolve("secret.key");
        Files.writeString(file, "c2hvcnQ=\n");
        assertUnreadable(
                "key file %s holds 5 bytes, expected 32 in Base64".formatted(file),
                () -> SecretKeyFile.readOrCreate(file));

        Files.writeString(file, "not a key!\n");
        assertUnreadable("key file %s is not Base64".formatted(file), () -> SecretKeyFile.readOrCreate(file));
    }

    private static void assertUnreadable(String message, Callable<?> read) {
        assertThatThrownBy(read::call)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SECRET_UNREADABLE))
                .hasMessage(message);
    }
}

package io.pikaferry.coordinator.zookeeper;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.UnsafeByteOperations;
import io.pikaferry.coordinator.secret.SealedSecret;
import io.pikaferry.coordinator.secret.SecretStore;
import io.pikaferry.model.Bytes;
import io.pikaferry.proto.stored.v1.StoredSecret;
import io.pikaferry.proto.stored.v1.StoredSecretKey;
import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;

/** Encrypted passwords as znodes; the node above them names the key. */
final class ZooKeeperSecretStore implements SecretStore {

    private final CuratorFramework zookeeper;
    private final ZooKeeperTerm term;

    ZooKeeperSecretStore(ZooKeeperTerm term) {
        this.term = requireNonNull(term, "term is null");
        this.zookeeper = term.zookeeper();
    }

    @Override
    public Optional<SealedSecret> find(String name) {
        String path = ZooKeeperPaths.secret(name);
        try {
            StoredSecret stored = Json.read(path, zookeeper.getData().forPath(path), StoredSecret.newBuilder())
                    .build();
            return Optional.of(new SealedSecret(
                    Bytes.owning(stored.getNonce().toByteArray()),
                    Bytes.owning(stored.getCiphertext().toByteArray())));
        } catch (KeeperException.NoNodeException e) {
            return Optional.empty();
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("read secret " + name, e);
        }
    }

    @Override
    public synchronized void put(String name, SealedSecret secret, String keyFingerprint) {
        String path = ZooKeeperPaths.secret(name);
        byte[] json = Json.bytes(StoredSecret.newBuilder()
                .setNonce(UnsafeByteOperations.unsafeWrap(secret.nonce().array()))
                .setCiphertext(
                        UnsafeByteOperations.unsafeWrap(secret.ciphertext().array()))
                .build());
        byte[] key = Json.bytes(
                StoredSecretKey.newBuilder().setFingerprint(keyFingerprint).build());
        try {
            term.write(List.of(
                    term.put(path, json), zookeeper.transactionOp().setData().forPath(ZooKeeperPaths.SECRETS, key)));
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("keep secret " + name, e);
        }
    }

    @Override
    public Optional<String> keyFingerprint() {
        String path = ZooKeeperPaths.SECRETS;
        try {
            return Optional.of(Json.read(path, zookeeper.getData().forPath(path), StoredSecretKey.newBuilder())
                            .getFingerprint())
                    .filter(fingerprint -> !fingerprint.isEmpty());
        } catch (KeeperException.NoNodeException e) {
            return Optional.empty();
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("read which key the secrets are encrypted with", e);
        }
    }
}

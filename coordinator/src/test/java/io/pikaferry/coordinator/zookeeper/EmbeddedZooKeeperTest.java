package io.pikaferry.coordinator.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.CreateMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddedZooKeeperTest {

    @TempDir
    private Path folder;

    private static CuratorFramework connect(EmbeddedZooKeeper server) {
        return ZooKeeperConnection.open(server.address(), Duration.ofSeconds(6), Duration.ofSeconds(30));
    }

    @Test
    void whatWasWrittenIsThereAfterARestartAndOnTheSamePort() throws Exception {
        String address;
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(folder);
                CuratorFramework client = connect(server)) {
            address = server.address();
            client.create().forPath("/kept", "by us".getBytes(UTF_8));
        }

        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(folder);
                CuratorFramework client = connect(server)) {
            assertThat(server.address()).isEqualTo(address);
            assertThat(client.getData().forPath("/kept")).asString().isEqualTo("by us");
        }
    }

    @Test
    void aPortThatIsTakenMeanwhileIsReplaced() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Files.writeString(folder.resolve("port"), taken.getLocalPort() + "\n");

            try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(folder)) {
                assertThat(server.address()).isNotEqualTo("127.0.0.1:" + taken.getLocalPort());
                assertThat(Files.readString(folder.resolve("port")).trim())
                        .isEqualTo(server.address().replace("127.0.0.1:", ""));
            }
        }
    }

    @Test
    void twoCannotUseOneDirectory() {
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(folder)) {
            assertThatThrownBy(() -> EmbeddedZooKeeper.start(folder))
                    .isInstanceOfSatisfying(FerryException.class, e -> assertThat(e.code())
                            .isEqualTo(ErrorCode.DATA_DIRECTORY_UNUSABLE))
                    .hasMessage("another coordinator uses the embedded ZooKeeper's directory " + folder);
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");

        assertThatThrownBy(() -> EmbeddedZooKeeper.start(file.resolve("zookeeper")))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DIRECTORY_UNUSABLE))
                .hasMessageStartingWith("embedded ZooKeeper cannot use directory " + file);
    }

    /** The session of a process that was killed lives on for a while; its place in the latch need not. */
    @Test
    void theLatchOfTheProcessBeforeIsFreedAtOnce() throws Exception {
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(folder);
                CuratorFramework client = connect(server)) {
            client.create()
                    .creatingParentsIfNeeded()
                    .withMode(CreateMode.EPHEMERAL_SEQUENTIAL)
                    .forPath("/pikaferry/leader/ours-", "c1".getBytes(UTF_8));
            client.create()
                    .withMode(CreateMode.EPHEMERAL_SEQUENTIAL)
                    .forPath("/pikaferry/leader/theirs-", "c2".getBytes(UTF_8));

            EmbeddedZooKeeper.removeLatchNodesOf(client, "c1");

            assertThat(client.getChildren().forPath("/pikaferry/leader"))
                    .singleElement()
                    .asString()
                    .startsWith("theirs-");
        }
    }
}

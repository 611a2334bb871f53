package io.pikaferry.standin.rsync;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A slave's rsync daemon.
 *
 * @param password a file with the password of {@code rsync_user}, where the daemon asks for it
 * @param prefix of every path in the module: empty or ending with a slash
 */
public record RsyncTarget(String ip, int port, String module, String prefix, Optional<Path> password) {

    String url(String path) {
        String user = password.isPresent() ? "rsync_user@" : "";
        return user + ip + "::" + module + "/" + prefix + path;
    }
}

package io.pikaferry.worker.target;

import java.util.List;

/**
 * One connection to the target, named and past the login. Used by one thread, but for {@link #close}.
 *
 * <p>Replies are {@code byte[]} (bulk and status), {@code Long}, {@code List<Object>}, {@link TargetError} or
 * {@code null} (nil); an error inside an array is an element of it.
 *
 * <p>Failure: TARGET_UNREACHABLE if the connection breaks or an answer does not come in time. What was sent then may or
 * may not have been done, and may still be done later: see {@link Fence}.
 */
public interface TargetLink extends AutoCloseable {

    /** Sends all commands, then reads as many replies. */
    List<Object> exchange(List<byte[][]> commands);

    /** The same for commands that are rendered already. */
    default List<Object> exchangeRendered(List<RenderedCommands> rendered) {
        return exchange(rendered.stream()
                .flatMap(commands -> commands.commands().stream())
                .toList());
    }

    /** One command, one reply. */
    default Object call(byte[]... command) {
        return exchange(List.<byte[][]>of(command)).get(0);
    }

    /** Breaks a waiting exchange. Safe from any thread, and twice. */
    @Override
    void close();
}

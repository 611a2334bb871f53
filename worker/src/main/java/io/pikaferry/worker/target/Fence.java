package io.pikaferry.worker.target;

import static io.pikaferry.worker.target.TargetKeys.ascii;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps everybody else away from the target (P4, DESIGN §6).
 *
 * <pre>
 * take over:         raise the fence (upward only) · kill every connection of an earlier tenure · then read the marks
 * every connection:  name itself                   · then read the fence; a higher epoch: stop
 * </pre>
 *
 * <p>A zombie's connection either had its name before our CLIENT LIST, and is killed with all it had queued, or it reads the
 * fence after we raised it, and stops. The same holds for our own earlier tries: what a connection that broke on our side
 * has sent may still be waiting in the target's buffers, and must not be done after the marks have been read.
 */
public final class Fence {

    private static final Logger LOG = LoggerFactory.getLogger(Fence.class);
    private static final int RAISE_TRIES = 20;

    private final TargetLinks links;
    private final TargetKeys keys;
    private final Tenure tenure;

    public Fence(TargetLinks links, TargetKeys keys, Tenure tenure) {
        this.links = requireNonNull(links, "links is null");
        this.keys = requireNonNull(keys, "keys is null");
        this.tenure = requireNonNull(tenure, "tenure is null");
    }

    /**
     * Takes over.
     *
     * @return whether earlier connections could be looked for and killed; if not, only the lease protects the target
     * @throws FerryException STALE_EPOCH if a later assignment has taken over
     */
    public boolean take(TargetLink control) {
        raise(control);
        return killEarlier(control);
    }

    /** Opens a further connection of this tenure, safe from being a zombie's. */
    public TargetLink open() {
        TargetLink link = links.open(tenure.connectionName());
        try {
            check(link.call(ascii("GET"), keys.fence()));
            return link;
        } catch (RuntimeException e) {
            link.close();
            throw e;
        }
    }

    private void raise(TargetLink control) {
        for (int i = 0; i < RAISE_TRIES; i++) {
            requireTaken(control.call(ascii("WATCH"), keys.fence()));
            long found = check(control.call(ascii("GET"), keys.fence()));
            if (found == tenure.epoch()) {
                control.call(ascii("UNWATCH"));
                return;
            }
            List<Object> replies = control.exchange(List.<byte[][]>of(
                    new byte[][] {ascii("MULTI")},
                    new byte[][] {ascii("SET"), keys.fence(), ascii(Long.toString(tenure.epoch()))},
                    new byte[][] {ascii("EXEC")}));
            for (Object reply : replies) {
                if (reply instanceof TargetError error && !error.kind().equals("EXECABORT")) {
                    throw error.asException(links.address(), "raising the fence");
                }
            }
            if (replies.get(2) instanceof List<?>) {
                return;
            }
        }
        throw new FerryException(
                ErrorCode.TARGET_NOT_READY, "the fence of job " + tenure.job() + " kept changing while it was raised");
    }

    /** Unwatched, the fence of a later epoch could be lowered. */
    private void requireTaken(Object reply) {
        if (reply instanceof TargetError error) {
            throw error.asException(links.address(), "raising the fence");
        }
    }

    /** @return the epoch the fence stands at; 0 if nobody has raised it */
    private long check(Object reply) {
        if (reply instanceof TargetError error) {
            throw error.asException(links.address(), "reading the fence");
        }
        long epoch = reply == null ? 0 : Long.parseLong(new String((byte[]) reply, UTF_8));
        if (epoch > tenure.epoch()) {
            throw new FerryException(
                    ErrorCode.STALE_EPOCH,
                    "job %s was taken over under epoch %d; ours is %d".formatted(tenure.job(), epoch, tenure.epoch()));
        }
        return epoch;
    }

    private boolean killEarlier(TargetLink control) {
        Object list = control.call(ascii("CLIENT"), ascii("LIST"));
        if (!(list instanceof byte[] text)) {
            LOG.atWarn()
                    .addKeyValue("job", tenure.job())
                    .log("the target does not let us list its connections: only the lease keeps a lost worker out");
            return false;
        }
        boolean able = true;
        for (String line : new String(text, UTF_8).split("\n")) {
            if (Tenure.ofConnection(field(line, "name"))
                    .filter(tenure::outranks)
                    .isEmpty()) {
                continue;
            }
            Object killed = control.call(ascii("CLIENT"), ascii("KILL"), ascii("ID"), ascii(field(line, "id")));
            if (killed instanceof TargetError error) {
                LOG.atWarn()
                        .addKeyValue("job", tenure.job())
                        .addKeyValue("error", error.kind())
                        .log("the target does not let us end an earlier connection");
                able = false;
            }
        }
        return able;
    }

    private static String field(String line, String name) {
        for (String part : line.split(" ")) {
            if (part.startsWith(name + "=")) {
                return part.substring(name.length() + 1).trim();
            }
        }
        return "";
    }
}

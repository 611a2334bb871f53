package io.pikaferry.worker.target;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.pikaferry.model.JobId;

/**
 * The keys a job keeps in the target for itself, all in its control database and, by the hash tag, in one slot.
 *
 * <pre>
 * pikaferry:{job}:fence   string   the highest epoch that has taken over
 * pikaferry:{job}:ckpt    hash     format, phase, exclusive, lanes, source, &lt;stream&gt;/&lt;lane&gt; → position, and more: {@link StateKeeper}
 * pikaferry:{job}:load    hash     snapshot → its name, &lt;unit&gt; → what was in it; only while the snapshot is loaded
 * pikaferry:{job}:held    hash     &lt;db&gt;/&lt;key&gt; → the expiry it shall get, ms
 * pikaferry:{job}:dirty   hash     &lt;stream&gt;/&lt;key&gt; → why it has to be read again from the source
 * pikaferry:{job}:emptied hash     &lt;kind&gt;&lt;db&gt;/&lt;key&gt; → the expiry that what is filled in there gets, ms; ! before it: was given
 * pikaferry:{job}:refused hash     id → what could not be applied, until a coordinator has stored it
 * </pre>
 */
public final class TargetKeys {

    /** Every key of ours, of any job, begins so. */
    public static final String PREFIX = "pikaferry:";

    private final byte[] fence;
    private final byte[] checkpoint;
    private final byte[] load;
    private final byte[] held;
    private final byte[] dirty;
    private final byte[] emptied;
    private final byte[] refused;

    public TargetKeys(JobId job) {
        requireNonNull(job, "job is null");
        String prefix = PREFIX + "{" + job + "}:";
        this.fence = ascii(prefix + "fence");
        this.checkpoint = ascii(prefix + "ckpt");
        this.load = ascii(prefix + "load");
        this.held = ascii(prefix + "held");
        this.dirty = ascii(prefix + "dirty");
        this.emptied = ascii(prefix + "emptied");
        this.refused = ascii(prefix + "refused");
    }

    public byte[] fence() {
        return fence;
    }

    public byte[] checkpoint() {
        return checkpoint;
    }

    public byte[] load() {
        return load;
    }

    public byte[] held() {
        return held;
    }

    public byte[] dirty() {
        return dirty;
    }

    public byte[] emptied() {
        return emptied;
    }

    public byte[] refused() {
        return refused;
    }

    static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}

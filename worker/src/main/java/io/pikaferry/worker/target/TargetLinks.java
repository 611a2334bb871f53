package io.pikaferry.worker.target;

/** Opens connections to one target. Safe for use by many threads. */
public interface TargetLinks {

    TargetAddress address();

    /**
     * Connects, logs in and names the connection.
     *
     * @param name as CLIENT LIST will show it
     * @throws io.pikaferry.error.FerryException UNKNOWN_HOST, TARGET_UNREACHABLE, TARGET_AUTH …
     */
    TargetLink open(String name);
}

package io.pikaferry.coordinator.leadership;

import java.util.List;
import java.util.Optional;

/** Who leads. Safe for use by many threads. */
public interface Leadership {

    /**
     * A coordinator that is alive.
     *
     * @param address where it is reached, as it announces it itself
     */
    record Coordinator(String id, String address, boolean leading) {}

    /**
     * What we have as leader.
     *
     * @throws io.pikaferry.error.FerryException with NOT_LEADER if we do not lead
     */
    Office office();

    /** Where the leader is reached; empty while there is none, or none is known. */
    Optional<String> leaderAddress();

    /** All coordinators that are alive, by id. */
    List<Coordinator> coordinators();
}

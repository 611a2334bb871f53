package io.pikaferry.worker;

import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.Masters;
import java.util.Map;

/** How masters of each generation are spoken to. */
final class Generations {

    private Generations() {}

    static Map<Generation, Masters.Dialer> dialers() {
        return Map.of();
    }
}

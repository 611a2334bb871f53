package io.pikaferry.standin.command;

import java.util.List;

/** One answer of a SCAN: where to go on (0: nowhere), and what matched so far. */
record ScanPage<T>(long cursor, List<T> matches) {

    ScanPage {
        matches = List.copyOf(matches);
    }
}

package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import java.util.Optional;

/** MATCH and COUNT of the SCAN family. */
record ScanOptions(Optional<Bytes> pattern, long count) {

    static ScanOptions parse(Call call, int first) {
        Optional<Bytes> pattern = Optional.empty();
        long count = 10;
        for (int i = first; i < call.size(); i += 2) {
            if (i + 1 == call.size()) {
                throw CommandFailure.syntax();
            }
            if (call.says(i, "match")) {
                pattern = Optional.of(call.word(i + 1));
            } else if (call.says(i, "count")) {
                count = call.integer(i + 1);
                if (count <= 0) {
                    throw CommandFailure.notAnInteger();
                }
            } else {
                throw CommandFailure.syntax();
            }
        }
        return new ScanOptions(pattern, count);
    }

    boolean matches(Bytes name) {
        return pattern.isEmpty() || Glob.matches(pattern.get(), name);
    }
}

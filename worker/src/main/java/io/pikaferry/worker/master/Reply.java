package io.pikaferry.worker.master;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Bytes;
import java.util.List;

/** What a server answers on its client port. Printing one shows no payload. */
public sealed interface Reply {

    /** {@code +OK} */
    record Status(String text) implements Reply {}

    /** {@code -ERR …}. From 4.0 on the text may hold a key of the user's, raw; so it is for comparing, not for logs. */
    record Failure(String text) implements Reply {

        @Override
        public String toString() {
            int blank = text.indexOf(' ');
            return "Failure[" + (blank < 0 ? text.length() + " characters" : text.substring(0, blank) + " …") + "]";
        }
    }

    /** {@code :7} */
    record Number(long value) implements Reply {}

    /** {@code $3 foo} */
    record Bulk(Bytes value) implements Reply {

        public Bulk {
            requireNonNull(value, "value is null");
        }
    }

    /** {@code $-1} and {@code *-1} */
    record Nil() implements Reply {}

    /** {@code *2 …} */
    record Array(List<Reply> elements) implements Reply {

        public Array {
            elements = List.copyOf(elements);
        }
    }
}

package io.pikaferry.worker.routing;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says what a mapper made of an item, in a form to compare and to read. */
final class Told {

    private Told() {}

    /** A line for each command: arguments, then what becomes of the expiry, then the keys if they are not the first alone. */
    static String of(Mapped mapped) {
        if (mapped instanceof Mapped.Nothing) {
            return "nothing";
        } else if (mapped instanceof Mapped.Commands some) {
            return some.commands().stream().map(Told::command).collect(Collectors.joining("; "));
        } else if (mapped instanceof Mapped.FlushDatabase) {
            return "flush";
        } else if (mapped instanceof Mapped.DeleteMatching some) {
            return "delete " + Items.text(some.pattern().array()) + " of type "
                    + some.redisType().orElse("any")
                    + (some.atMost() == Mapped.DeleteMatching.ALL ? "" : ", at most " + some.atMost());
        } else if (mapped instanceof Mapped.Reread some) {
            return "reread "
                    + some.keys().stream().map(key -> Items.text(key.array())).toList() + ": " + some.code();
        }
        Mapped.Refused refused = (Mapped.Refused) mapped;
        return "refused " + refused.code() + ": " + refused.message();
    }

    private static String command(TargetCommand command) {
        String args = Stream.concat(
                        Arrays.stream(command.args()).map(Told::word),
                        command.takesExpiryLast() ? Stream.of("@") : Stream.empty())
                .collect(Collectors.joining(" "));
        String expiry =
                switch (command.expiry()) {
                    case KEEPS -> "keeps";
                    case CLEARS -> "clears";
                    case KEEPS_OR_CLEARS -> "keeps or clears";
                    case UNSAID -> "unsaid";
                    case AT -> "at " + command.expireAtMillis();
                };
        List<String> keys = Arrays.stream(command.keys()).map(Items::text).toList();
        return (args.isEmpty() ? "" : args + " ") + "| " + expiry + " | " + String.join(" ", keys);
    }

    private static String word(byte[] word) {
        if (word.length == 0) {
            return "''";
        }
        return word.length > 40 ? "<script>" : Items.text(word);
    }
}

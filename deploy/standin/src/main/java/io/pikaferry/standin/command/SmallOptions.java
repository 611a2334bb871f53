package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** 2.3 writes the words of options into its log in lower case: it makes them so to compare them, in place. */
final class SmallOptions {

    private SmallOptions() {}

    /** The command as it was, but logged so. */
    static Command.Body of(String name, Command.Body body) {
        return switch (name) {
            case "bitop", "flushdb" -> call -> run(call, body, 1, 2);
            case "linsert" -> call -> run(call, body, 2, 3);
            case "set" -> call -> run(call, body, 3, call.size());
            case "zunionstore", "zinterstore" -> call -> {
                body.run(call); // which refuses a wrong number of keys
                call.logInstead(lowered(call, 3 + (int) call.integer(2), call.size()));
            };
            default -> body;
        };
    }

    private static void run(Call call, Command.Body body, int first, int end) {
        call.logInstead(lowered(call, first, end));
        body.run(call);
    }

    private static List<Bytes> lowered(Call call, int first, int end) {
        List<Bytes> words = new ArrayList<>(call.request().words());
        for (int i = first; i < end; i++) {
            words.set(i, Bytes.utf8(call.text(i).toLowerCase(Locale.ROOT)));
        }
        return words;
    }
}

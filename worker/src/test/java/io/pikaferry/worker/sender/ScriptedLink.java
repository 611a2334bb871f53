package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.stream.Collectors;

/** A target that answers each command with the next reply of its script, and remembers what it was sent. */
final class ScriptedLink implements TargetLink {

    /** Stands for a nil in the script. */
    static final Object NIL = new Object();

    private final Queue<Object> replies;
    private final List<String> sent = new ArrayList<>();

    private ScriptedLink(List<Object> replies) {
        this.replies = new ArrayDeque<>(replies);
    }

    /** A text that begins with {@code -} is an error, any other a status; everything else is the reply itself. */
    static ScriptedLink answering(Object... script) {
        return new ScriptedLink(Arrays.stream(script).map(ScriptedLink::reply).toList());
    }

    static Object reply(Object scripted) {
        if (!(scripted instanceof String text)) {
            return scripted;
        }
        return text.startsWith("-") ? new TargetError(text.substring(1)) : text.getBytes(ISO_8859_1);
    }

    /** What EXEC answers when it has executed. */
    static List<Object> results(Object... scripted) {
        return Arrays.stream(scripted).map(ScriptedLink::reply).toList();
    }

    @Override
    public List<Object> exchange(List<byte[][]> commands) {
        List<Object> answer = new ArrayList<>();
        for (byte[][] command : commands) {
            sent.add(Arrays.stream(command)
                    .map(word -> new String(word, ISO_8859_1))
                    .collect(Collectors.joining(" ")));
            Object next = replies.remove();
            answer.add(next == NIL ? null : next);
        }
        return answer;
    }

    List<String> sent() {
        return sent;
    }

    @Override
    public void close() {}
}

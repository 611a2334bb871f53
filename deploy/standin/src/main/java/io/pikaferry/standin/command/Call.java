package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Dataset;
import io.pikaferry.standin.dataset.Expiry;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One execution of a command: its arguments, the data, the reply, and what is to be logged for it. */
public final class Call {

    private final Request request;
    private final Dataset data;
    private final Reply reply;
    private Optional<List<LogEntry>> rewritten = Optional.empty();

    public Call(Request request, Dataset data, Reply reply) {
        this.request = request;
        this.data = data;
        this.reply = reply;
    }

    public Request request() {
        return request;
    }

    public Dataset data() {
        return data;
    }

    public Reply reply() {
        return reply;
    }

    Expiry expiry() {
        return data.expiry();
    }

    Bytes key() {
        return request.word(1);
    }

    Bytes word(int index) {
        return request.word(index);
    }

    String text(int index) {
        return request.text(index);
    }

    int size() {
        return request.size();
    }

    long integer(int index) {
        return Numbers.integer(request.word(index));
    }

    boolean says(int index, String option) {
        return request.text(index).equalsIgnoreCase(option);
    }

    /** Logs this instead of the client's words; several calls log several items. */
    void logInstead(LogEntry entry) {
        logNothing();
        rewritten.get().add(entry);
    }

    void logInstead(List<Bytes> words) {
        logInstead(LogEntry.command(words));
    }

    void logInstead(String name, Bytes... arguments) {
        List<Bytes> words = new ArrayList<>(arguments.length + 1);
        words.add(Bytes.utf8(name));
        words.addAll(List.of(arguments));
        logInstead(words);
    }

    /** Logs nothing unless something is said to be logged instead. */
    void logNothing() {
        if (rewritten.isEmpty()) {
            rewritten = Optional.of(new ArrayList<>());
        }
    }

    /** The items that go into the log when the reply is no error. */
    public List<LogEntry> logged() {
        return rewritten.orElseGet(() -> List.of(LogEntry.command(request.words())));
    }
}

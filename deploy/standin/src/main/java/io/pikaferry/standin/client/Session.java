package io.pikaferry.standin.client;

import io.pikaferry.standin.resp.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One client connection: its rights, its database, its transaction. Used by its thread. */
public final class Session {

    /** What a client may do. */
    public enum Rights {
        NONE,
        LIMITED,
        ADMIN
    }

    private Rights rights;
    private int database;
    private Optional<List<Request>> queued = Optional.empty();

    Session(Rights rights) {
        this.rights = rights;
    }

    Rights rights() {
        return rights;
    }

    void grant(Rights granted) {
        rights = granted;
    }

    public int database() {
        return database;
    }

    public void select(int number) {
        database = number;
    }

    boolean inTransaction() {
        return queued.isPresent();
    }

    void beginTransaction() {
        queued = Optional.of(new ArrayList<>());
    }

    void queue(Request request) {
        queued.ifPresent(requests -> requests.add(request));
    }

    /** Returns what was queued. */
    List<Request> endTransaction() {
        List<Request> requests = queued.orElse(List.of());
        queued = Optional.empty();
        return requests;
    }
}

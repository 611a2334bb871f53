package io.pikaferry.standin.database;

import io.pikaferry.standin.command.Command;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import java.util.List;

/** All databases of a master: runs a command in one of them, or in all where it concerns all. */
public final class Databases {

    private final List<Database> databases;

    public Databases(List<Database> databases) {
        this.databases = List.copyOf(databases);
    }

    public List<Database> all() {
        return databases;
    }

    public int count() {
        return databases.size();
    }

    public Database get(int number) {
        return databases.get(number);
    }

    /** FLUSHALL leaves a record in every database's log. */
    public Reply execute(int number, Command command, Request request) {
        if (!command.name().equals("flushall")) {
            return get(number).execute(command, request);
        }
        Reply reply = new Reply();
        for (Database database : databases) {
            reply = database.execute(command, request);
        }
        return reply;
    }
}

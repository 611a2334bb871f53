package io.pikaferry.standin.client;

/** One client connection's rights. Used by its thread. */
public final class Session {

    /** What a client may do. */
    public enum Rights {
        NONE,
        LIMITED,
        ADMIN
    }

    private Rights rights;
    private int database;

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
}

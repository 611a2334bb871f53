package io.pikaferry.standin.client;

import io.pikaferry.standin.client.Session.Rights;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.settings.Settings;

/** AUTH with {@code requirepass} (all rights) or {@code userpass} (limited ones). */
final class Authentication {

    private final Settings settings;

    Authentication(Settings settings) {
        this.settings = settings;
    }

    Session begin() {
        if (!settings.text("userpass").isEmpty()) {
            return new Session(Rights.NONE);
        }
        return new Session(settings.text("requirepass").isEmpty() ? Rights.ADMIN : Rights.LIMITED);
    }

    Reply authenticate(Request request, Session session) {
        String root = settings.text("requirepass");
        String user = settings.text("userpass");
        if (request.size() != 2) {
            return new Reply().error("ERR wrong number of arguments for 'auth' command");
        }
        if (root.isEmpty() && user.isEmpty()) {
            return new Reply().error("ERR Client sent AUTH, but no password is set");
        }
        String given = request.text(1);
        if (given.equals(root)) {
            session.grant(Rights.ADMIN);
        } else if (given.equals(user)) {
            session.grant(Rights.LIMITED);
        } else {
            return new Reply().error("ERR invalid password");
        }
        return new Reply().ok();
    }
}

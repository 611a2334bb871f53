package io.pikaferry.standin.client;

import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;

/** A command that is not about data: INFO, CONFIG, trysync and so on. */
@FunctionalInterface
public interface AdminCommand {
    Reply run(Request request, Session session);
}

package io.pikaferry.worker.routing;

/** What a command of the source means for the target. Pure. */
@FunctionalInterface
interface Translation {

    /** @throws UnknownFormException if it cannot make sense of the arguments */
    Mapped of(LoggedCommand logged);
}

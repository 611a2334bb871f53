package io.pikaferry.worker.sender;

import io.pikaferry.error.FerryException;
import java.util.List;
import java.util.Optional;

/** Hears of what could not be applied (P5). Safe for use by many threads; must not wait. */
public interface Refusals {

    /**
     * Something could not be applied.
     *
     * @return what is to be written down in the target for it: the same, with the time and the count; or, where there is no
     *     room for more, what counts those that did not fit
     */
    Refused refused(Refused what);

    /** What no coordinator has stored yet, as it is to stand in the target: fields and values. */
    List<byte[]> standing();

    /** It stands in the target, or will be met again if this try fails: so now the job may be stopped because of it. */
    void writtenDown(Refused what);

    /** What an earlier tenure has written down in the target. */
    void found(Refused what);

    /** Whether an entry of that id has not been stored by a coordinator; one that has need not stand in the target any more. */
    boolean isUntold(String id);

    /** The keys of these entries have been made equal to the source's. */
    void reconciled(List<String> ids);

    /** The target cannot take anything just now; empty again when it does. Shown as the reason the job is not getting on. */
    void waiting(Optional<FerryException> why);
}

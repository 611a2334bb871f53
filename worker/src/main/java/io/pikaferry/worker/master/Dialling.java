package io.pikaferry.worker.master;

import java.nio.file.Path;

/** Opens conversations with masters. Safe for use by many threads. */
@FunctionalInterface
public interface Dialling {

    /**
     * Asks a source who it is, and opens the conversation in its way.
     *
     * @param workDirectory this job's own place on disk; made if missing
     * @throws io.pikaferry.error.FerryException UNKNOWN_HOST, SOURCE_UNREACHABLE, SOURCE_AUTH, SOURCE_VERSION_UNSUPPORTED,
     *     SOURCE_WITHOUT_BINLOG, SOURCE_PROTOCOL, PORT_RANGE_EXHAUSTED …
     */
    Master dial(SourceAccess source, Path workDirectory) throws InterruptedException;
}

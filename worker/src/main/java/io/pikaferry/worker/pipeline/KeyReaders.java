package io.pikaferry.worker.pipeline;

import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.SourceAccess;
import io.pikaferry.worker.reconcile.KeyReader;

/** Opens what reads single keys of a source. Safe for use by many threads. */
@FunctionalInterface
public interface KeyReaders {

    /** Connects when it is first used. */
    KeyReader of(SourceAccess source, Generation generation);
}

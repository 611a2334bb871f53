package io.pikaferry.worker.sender;

import io.pikaferry.model.JobId;
import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.threads.Threads;
import java.time.Clock;

/** What lanes are told in tests: over a new and healthy Redis, of a source at which nothing expires. */
record TestTerms(
        SenderConfig config,
        int controlDb,
        boolean countsErrors,
        boolean readsRefusedAgain,
        ExpiryRule expiry,
        Clock clock) {

    static final TargetKeys KEYS = new TargetKeys(new JobId("moving"));

    TestTerms(SenderConfig config) {
        this(config, 0, false, true, new NeverGone(), Clock.systemUTC());
    }

    TestTerms withControlDb(int db) {
        return new TestTerms(config, db, countsErrors, readsRefusedAgain, expiry, clock);
    }

    TestTerms withErrorsCounted(boolean counted) {
        return new TestTerms(config, controlDb, counted, readsRefusedAgain, expiry, clock);
    }

    TestTerms withRefusedReadAgain(boolean again) {
        return new TestTerms(config, controlDb, countsErrors, again, expiry, clock);
    }

    TestTerms withExpiry(ExpiryRule rule) {
        return new TestTerms(config, controlDb, countsErrors, readsRefusedAgain, rule, clock);
    }

    TestTerms withClock(Clock other) {
        return new TestTerms(config, controlDb, countsErrors, readsRefusedAgain, expiry, other);
    }

    SenderPool.Terms terms() {
        return new SenderPool.Terms(
                "job-moving",
                config,
                controlDb,
                KEYS,
                true,
                countsErrors,
                readsRefusedAgain,
                expiry,
                VitalsTest.ofAHealthyTarget(),
                clock,
                Threads.ofTheMachine());
    }
}

package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.worker.routing.CommandMapper;

/** The rule of a source of the mapper's version. */
public record SourceExpiryRule(CommandMapper mapper) implements ExpiryRule {

    public SourceExpiryRule {
        requireNonNull(mapper, "mapper is null");
    }

    @Override
    public boolean gone(long expireAtMillis, long executedAtSeconds) {
        return mapper.wasGone(expireAtMillis, executedAtSeconds);
    }

    @Override
    public boolean unsure(long expireAtMillis, long executedAtSeconds) {
        return mapper.mayHaveGone(expireAtMillis, executedAtSeconds);
    }

    @Override
    public boolean narrowly(long expireAtMillis, long executedAtSeconds) {
        return mapper.wasGoneNarrowly(expireAtMillis, executedAtSeconds);
    }

    @Override
    public boolean remembersEmptied() {
        return mapper.remembersEmptied();
    }
}

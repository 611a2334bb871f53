package io.pikaferry.coordinator.job;

import static java.util.Objects.requireNonNull;

/** A value as it was read, with the store's version of it. */
public record Versioned<T>(T value, int version) {

    public Versioned {
        requireNonNull(value, "value is null");
    }
}

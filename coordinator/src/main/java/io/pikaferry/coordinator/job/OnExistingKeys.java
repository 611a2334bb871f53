package io.pikaferry.coordinator.job;

/** What a full sync does about keys that the target has already. */
public enum OnExistingKeys {
    FAIL,
    OVERWRITE,
    SKIP,
}

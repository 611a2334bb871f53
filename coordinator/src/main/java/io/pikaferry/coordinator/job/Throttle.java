package io.pikaferry.coordinator.job;

/** Whether a worker slows a job down by itself when its target is in trouble. */
public enum Throttle {
    AUTO,
    OFF
}

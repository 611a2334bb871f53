/**
 * A migration job: what was asked for, where it stands, and what may happen to it next. Decisions are in
 * {@link io.pikaferry.coordinator.job.JobStateMachine} and pure; the other classes read, apply it and write.
 * Who runs a job is decided in {@code assignment}; how far it has come is in {@code checkpoint}.
 */
package io.pikaferry.coordinator.job;

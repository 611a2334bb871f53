/**
 * The coordinator's process: how it is told what to do ({@link io.pikaferry.coordinator.CoordinatorConfig}) and how
 * it is put together ({@link io.pikaferry.coordinator.CoordinatorMain}). Everything else is in the packages below.
 */
package io.pikaferry.coordinator;

/**
 * Which worker runs which job. {@link io.pikaferry.coordinator.assignment.Balancer} decides and is pure;
 * {@link io.pikaferry.coordinator.assignment.AssignmentLoop} compares what is stored with who is alive, and tells
 * workers what they do not know yet. Nothing here is remembered that could not be derived again.
 */
package io.pikaferry.coordinator.assignment;

/**
 * Who leads, and what a coordinator has only while it leads. {@link io.pikaferry.coordinator.leadership.Office} puts
 * the parts of the other packages together; everything that is asked of a coordinator goes to the office, and without
 * one the answer is NOT_LEADER.
 */
package io.pikaferry.coordinator.leadership;

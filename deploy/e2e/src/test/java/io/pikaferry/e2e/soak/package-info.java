/**
 * deploy/soak and deploy/failovers: a cluster under load to which things happen for as long as one likes. What is right or wrong
 * in a single fault is tested in {@code io.pikaferry.e2e}; here they come at random and on top of each other.
 */
package io.pikaferry.e2e.soak;

/** Starts, watches and ends the processes that the scenarios are played with; decides nothing about what is right. */
package io.pikaferry.e2e.cluster;

/**
 * Measures how fast PikaFerry is beside the limit, which is {@code redis-cli --pipe} of the very same commands on the same machine
 * in the same minute. Run by {@code deploy/bench}; nothing here is a test, and nothing here is asserted.
 */
package io.pikaferry.e2e.bench;

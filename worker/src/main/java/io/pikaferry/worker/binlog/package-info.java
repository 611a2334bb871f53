/**
 * Items of a master's binlog and the RESP inside them. How items arrive is {@code master}'s business, what a command
 * means {@code routing}'s.
 */
package io.pikaferry.worker.binlog;

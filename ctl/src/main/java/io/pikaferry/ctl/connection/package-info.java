/**
 * The way to the leading coordinator: who leads, whom else to ask, when to give up, and what a refusal means. Knows gRPC
 * so that the commands need not; knows nothing of the command line.
 */
package io.pikaferry.ctl.connection;

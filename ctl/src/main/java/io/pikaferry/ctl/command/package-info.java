/**
 * One class per verb: it says what can be asked, asks the coordinator and hands the answer to {@code output}. Who leads,
 * how an answer looks and what a job file means are decided elsewhere; here are only the words of the command line, the
 * exit codes, and waiting and watching.
 */
package io.pikaferry.ctl.command;

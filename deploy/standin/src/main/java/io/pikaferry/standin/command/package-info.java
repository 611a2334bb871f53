/** Pika's commands on data, each with its effect, its reply and its form in the log; what differs by release is asked of LogForms and the version. No sockets, no files. */
package io.pikaferry.standin.command;

/** Items of a master's binlog and the RESP inside them. */
package io.pikaferry.worker.binlog;

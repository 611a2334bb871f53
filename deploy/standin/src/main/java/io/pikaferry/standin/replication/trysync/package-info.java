/**
 * Replication of 2.3 and 3.0: {@code trysync} on the client port, heartbeats on P+2000, a binlog
 * connection dialled by the master. How a dump gets to the slave is in {@code rsync}.
 */
package io.pikaferry.standin.replication.trysync;

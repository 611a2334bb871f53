/** What the replication of all Pika lines shares. Each line's own protocol is in a package below. */
package io.pikaferry.standin.replication;

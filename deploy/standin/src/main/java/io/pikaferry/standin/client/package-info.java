/** The port for clients: connections, rights, INFO and CONFIG. Commands on data are in {@code command}. */
package io.pikaferry.standin.client;

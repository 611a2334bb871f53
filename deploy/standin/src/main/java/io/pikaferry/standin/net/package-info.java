/** Sockets, without any protocol. */
package io.pikaferry.standin.net;

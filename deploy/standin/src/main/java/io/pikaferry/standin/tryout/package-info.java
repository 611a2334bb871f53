/**
 * A client's side: what writes to a source and compares it with a target, for trying a migration out. Knows only the
 * client protocol, so that it works with any Pika and any Redis; nothing of the stand-in belongs here.
 */
package io.pikaferry.standin.tryout;

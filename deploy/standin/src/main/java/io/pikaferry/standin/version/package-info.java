/** Which Pika is played. */
package io.pikaferry.standin.version;

/**
 * The operator's command line, {@code ferryctl}. This package only starts it; {@code command} holds one class per verb,
 * {@code connection} the way to the leading coordinator, {@code output} what is shown, {@code submission} how a job is
 * written down. Knows of the rest of PikaFerry only what {@code proto} says.
 */
package io.pikaferry.ctl;

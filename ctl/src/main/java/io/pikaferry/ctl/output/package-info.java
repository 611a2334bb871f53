/**
 * What ferryctl shows. A {@link io.pikaferry.ctl.output.Report} says the same thing as table, wide table, document (JSON,
 * YAML) and names; sizes and times are for people in tables and raw numbers in documents. Reads messages, sends none.
 */
package io.pikaferry.ctl.output;

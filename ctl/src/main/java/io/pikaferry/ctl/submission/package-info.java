/**
 * How a job is written down, by flags or in a job file, and how that becomes a request. Every value is checked here, and
 * every job of a file before the first is sent; what only the cluster can know (whether the name is taken, whether the
 * source answers) is not.
 */
package io.pikaferry.ctl.submission;

/**
 * Passwords of sources and targets: kept encrypted, named by job and side, read again only to hand them to the worker
 * that runs the job. No password may appear in a {@code toString}, a log, a view or an exception of this package.
 */
package io.pikaferry.coordinator.secret;

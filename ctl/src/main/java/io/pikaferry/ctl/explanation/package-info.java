/**
 * What each error code means, for people: {@code ferryctl explain} and docs/errors.md. The codes themselves, their blame
 * and their remedy are in {@code io.pikaferry.error}; here is only the prose.
 */
package io.pikaferry.ctl.explanation;

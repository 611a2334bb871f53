/** Pushing a dump to a slave's rsync daemon with the rsync client of the system. */
package io.pikaferry.standin.rsync;

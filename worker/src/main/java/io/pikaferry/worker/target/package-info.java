/**
 * The server a job writes to: its connections, what it says when it refuses something, and what a job keeps in it for
 * itself ({@link io.pikaferry.worker.target.TargetKeys}): the fence, the marks, expiries held back, keys to be read
 * again. The only importer of Jedis. Knows nothing of Pika.
 */
package io.pikaferry.worker.target;

/**
 * The worker's side of the stream to the leading coordinator: finds the leader, says what it holds, renews the lease, brings
 * assignments in and reports out. Translates generated messages; knows nothing of how a job is done. The only importer of
 * gRPC and of the generated messages in the worker.
 */
package io.pikaferry.worker.session;

/**
 * The doors: operators' calls and workers' sessions, as gRPC. Translates messages and decides nothing; generated
 * messages and gRPC go no further than here. Progress is the exception: workers' messages are kept as they come, in
 * memory, and shown to whoever asks.
 */
package io.pikaferry.coordinator.rpc;

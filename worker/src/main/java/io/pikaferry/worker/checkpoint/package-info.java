/**
 * How far a job has come: the marks of its lanes, and of every stream the watermark below which everything is confirmed.
 * Knows neither the source nor the target.
 */
package io.pikaferry.worker.checkpoint;

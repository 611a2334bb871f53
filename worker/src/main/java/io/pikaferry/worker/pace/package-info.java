/**
 * How fast a job may go: the operator's limits, and what a worker takes back by itself while a target is in trouble. Decides
 * and waits; measures nothing and knows neither source nor target.
 */
package io.pikaferry.worker.pace;

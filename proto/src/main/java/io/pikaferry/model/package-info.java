/**
 * Values that coordinator, worker and ferryctl share. JDK only; no generated message and no driver type
 * may appear here. What only one side needs lives with that side.
 */
package io.pikaferry.model;

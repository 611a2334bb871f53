/**
 * PikaFerry as its users have it: programs of deploy/bin as processes of their own, a real Redis, ZooKeeper, and the
 * stand-in as the source. One class per scenario; what a single module can show is tested there, not here.
 */
package io.pikaferry.e2e;

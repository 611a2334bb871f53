/**
 * The only package that knows ZooKeeper: the tree, the term that fences every write, the stores, who leads, and the
 * server for a single machine. What is stored is protobuf JSON ({@code stored.proto}), readable with {@code zkCli get}.
 */
package io.pikaferry.coordinator.zookeeper;

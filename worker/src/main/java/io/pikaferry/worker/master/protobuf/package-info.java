/**
 * The slave of Pika 3.1 – 4.0 (generations C, D and E): protobuf frames on master port + 2000, acknowledgements, the dump
 * pushed by rsync (C) or pulled on port + 10001 (D, E). Outside, only {@link
 * io.pikaferry.worker.master.protobuf.ProtobufMaster} is used. The generated messages live in {@code wire} and do not
 * leave this package.
 */
package io.pikaferry.worker.master.protobuf;

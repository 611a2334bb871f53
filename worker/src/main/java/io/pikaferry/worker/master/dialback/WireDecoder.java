package io.pikaferry.worker.master.dialback;

import java.util.Optional;

/**
 * Cuts the bytes of a binlog connection into messages. May remember how far it has looked into one that is not all there,
 * so each connection has its own.
 */
interface WireDecoder {

    /**
     * The message that begins at {@code from}, or empty if it is not all there; then the next call must be for the same
     * message, with more bytes. Lengths found in it are checked, and nothing is allocated before the message is whole.
     *
     * @throws MalformedStreamException if no message of any length can begin like that
     */
    Optional<WireMessage> decode(byte[] buffer, int from, int to) throws MalformedStreamException;
}

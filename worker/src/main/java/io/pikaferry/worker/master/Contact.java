package io.pikaferry.worker.master;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.nio.file.Path;

/**
 * A source that answered and can be migrated from, and what a slave of it needs.
 *
 * @param client a connection to its client port; the master that is opened from this owns it
 * @param address of the source, resolved
 * @param info the whole INFO
 * @param ports where to lease a port base from
 * @param workDirectory this job's own place on disk, for what must be kept for a while; exists
 */
public record Contact(
        SourceAccess source,
        ClientPort client,
        InetAddress address,
        PikaVersion version,
        Generation generation,
        ServerInfo info,
        SlaveAddress slave,
        PortRange ports,
        Path workDirectory) {

    public Contact {
        requireNonNull(source, "source is null");
        requireNonNull(client, "client is null");
        requireNonNull(address, "address is null");
        requireNonNull(version, "version is null");
        requireNonNull(generation, "generation is null");
        requireNonNull(info, "info is null");
        requireNonNull(slave, "slave is null");
        requireNonNull(ports, "ports is null");
        requireNonNull(workDirectory, "workDirectory is null");
    }
}

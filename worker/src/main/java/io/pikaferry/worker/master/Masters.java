package io.pikaferry.worker.master;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where masters are dialled. One per worker, for all its jobs.
 *
 * <p>Threads: any.
 */
public final class Masters implements Dialling {

    /** Opens the conversation in the way of one generation. */
    @FunctionalInterface
    public interface Dialer {

        /** Whatever fails, the caller closes the contact's client. */
        Master open(Contact contact) throws InterruptedException;
    }

    private final PortRange ports;
    private final Optional<String> advertisedHost;
    private final Map<Generation, Dialer> dialers;

    /**
     * @param advertisedHost what masters shall know this machine by; without it the local address of the connection
     *     to the master
     */
    public Masters(PortRange ports, Optional<String> advertisedHost, Map<Generation, Dialer> dialers) {
        this.ports = requireNonNull(ports, "ports is null");
        this.advertisedHost = requireNonNull(advertisedHost, "advertisedHost is null");
        this.dialers = Map.copyOf(dialers);
    }

    @Override
    public Master dial(SourceAccess source, Path workDirectory) throws InterruptedException {
        ClientPort client = new ClientPort(source);
        try {
            Contact contact = contact(source, client, workDirectory);
            return dialers.get(contact.generation()).open(contact);
        } catch (RuntimeException | InterruptedException e) {
            client.close();
            throw e;
        }
    }

    private Contact contact(SourceAccess source, ClientPort client, Path workDirectory) {
        ServerInfo info = client.info();
        PikaVersion version = version(source, info);
        Generation generation = Generation.of(version)
                .filter(dialers::containsKey)
                .orElseThrow(() -> unsupported(source, "is Pika " + version));
        if (client.setting("write-binlog").filter("no"::equals).isPresent()) {
            throw new FerryException(
                    ErrorCode.SOURCE_WITHOUT_BINLOG,
                    "source %s has write-binlog no: it logs no writes that could be followed"
                            .formatted(source.endpoint()));
        }
        try {
            Files.createDirectories(workDirectory);
        } catch (IOException e) {
            throw DiskErrors.coded(e, "cannot make " + workDirectory);
        }
        ClientPort.Ends ends = client.ends();
        SlaveAddress slave = advertisedHost.map(SlaveAddress::parse).orElseGet(() -> SlaveAddress.of(ends.local()));
        if (slave.advertised().isLoopbackAddress() && !ends.source().isLoopbackAddress()) {
            throw new FerryException(
                    ErrorCode.INVALID_ARGUMENT,
                    "this worker advertises %s, by which source %s cannot mean it; start it with --advertise and an address of its network"
                            .formatted(slave.advertised().getHostAddress(), source.endpoint()));
        }
        return new Contact(source, client, ends.source(), version, generation, info, slave, ports, workDirectory);
    }

    private static PikaVersion version(SourceAccess source, ServerInfo info) {
        String text = info.value("pika_version")
                .orElseThrow(() -> unsupported(
                        source,
                        info.value("redis_version")
                                .map(redis -> "is Redis " + redis + " and not a Pika")
                                .orElse("does not say that it is a Pika")));
        try {
            return PikaVersion.parse(text);
        } catch (IllegalArgumentException e) {
            throw unsupported(source, "calls its version '" + text + "'");
        }
    }

    private static FerryException unsupported(SourceAccess source, String what) {
        return new FerryException(
                ErrorCode.SOURCE_VERSION_UNSUPPORTED,
                "source %s %s; supported are Pika 2.3, 3.0 – 3.5 and 4.0".formatted(source.endpoint(), what));
    }
}

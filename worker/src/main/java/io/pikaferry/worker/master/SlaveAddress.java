package io.pikaferry.worker.master;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Under which address a master knows us, and where we listen for it.
 *
 * @param advertised what we say we are; masters up to 3.4 dial it
 * @param bind the same if it is an address of this machine, else (NAT) the wildcard
 */
public record SlaveAddress(InetAddress advertised, InetAddress bind) {

    public SlaveAddress {
        requireNonNull(advertised, "advertised is null");
        requireNonNull(bind, "bind is null");
    }

    /** An address of this machine, such as the local end of a connection to the master. */
    static SlaveAddress of(InetAddress local) {
        return new SlaveAddress(local, isOurs(local) ? local : anyOf());
    }

    /** What the operator says others know us by; must be or have an IPv4 address, as masters know no names. */
    static SlaveAddress parse(String host) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host))
                    .filter(Inet4Address.class::isInstance)
                    .findFirst()
                    .map(SlaveAddress::of)
                    .orElseThrow(() -> new FerryException(
                            ErrorCode.INVALID_ARGUMENT, "advertised host " + host + " has no IPv4 address"));
        } catch (UnknownHostException e) {
            throw new FerryException(ErrorCode.UNKNOWN_HOST, "advertised host " + host + " is not known", e);
        }
    }

    /** Whether we can be seen to come from the advertised address. */
    public boolean isLocal() {
        return !bind.isAnyLocalAddress();
    }

    private static boolean isOurs(InetAddress address) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(address, 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static InetAddress anyOf() {
        return new InetSocketAddress(0).getAddress();
    }
}

package io.pikaferry.worker.routing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** ZADD and GEOADD: the source takes what the target does not, and another one of two equal members. */
final class SortedSetWrites {

    private static final byte[] ZADD = Ascii.of("ZADD");
    private static final byte[] NAN = Ascii.of("nan");
    private static final double LATITUDE_LIMIT = 85.05112878;
    private static final double LONGITUDE_LIMIT = 180;
    private static final int NEMO_STEPS = 18;

    private SortedSetWrites() {}

    /** ZADD of 2.3: of equal members the last counts, as at the target. */
    static Mapped zaddOfNemo(LoggedCommand logged) {
        return hasNan(logged.args()) ? notANumber(logged) : KeyWrites.asIs(logged);
    }

    /** ZADD from 3.0 on: of equal members the first counts. */
    static Mapped zadd(LoggedCommand logged) {
        byte[][] args = logged.args();
        if (hasNan(args)) {
            return notANumber(logged);
        }
        return logged.becomes(TargetCommand.keeping(firstOfEqualMembers(args, 2), args[1]));
    }

    private static boolean hasNan(byte[][] args) {
        if (args.length % 2 != 0) {
            throw new UnknownFormException();
        }
        for (int i = 2; i < args.length; i += 2) {
            if (isNan(args[i])) {
                return true;
            }
        }
        return false;
    }

    /** As strtod reads it: {@code nan}, with a sign, with something in brackets. */
    private static boolean isNan(byte[] score) {
        int at = score.length > 0 && (score[0] == '-' || score[0] == '+') ? 1 : 0;
        return score.length >= at + NAN.length
                && Ascii.lower(score[at]) == NAN[0]
                && Ascii.lower(score[at + 1]) == NAN[1]
                && Ascii.lower(score[at + 2]) == NAN[2];
    }

    private static Mapped notANumber(LoggedCommand logged) {
        return logged.refused(ErrorCode.NOT_REPRESENTABLE, "a score is not a number");
    }

    /** GEOADD from 3.0.1 on: a ZADD with the scores that Redis computes too. */
    static Mapped geoadd(LoggedCommand logged) {
        byte[][] args = logged.args();
        if (args.length % 3 != 2) {
            throw new UnknownFormException();
        }
        return logged.becomes(TargetCommand.keeping(firstOfEqualMembers(args, 3), args[1]));
    }

    /**
     * GEOADD of 2.3 makes scores of 36 bits (18 steps), Redis of 52. So that what is loaded and what is streamed fit
     * together, and the sorted set is what it is at the source, the source's scores are used; times 65536 they are
     * Redis' own, cut off.
     */
    static Mapped geoaddOfNemo(LoggedCommand logged) {
        byte[][] args = logged.args();
        if (args.length % 3 != 2) {
            throw new UnknownFormException();
        }
        byte[][] zadd = new byte[2 + (args.length - 2) / 3 * 2][];
        zadd[0] = ZADD;
        zadd[1] = args[1];
        for (int from = 2, to = 2; from < args.length; from += 3, to += 2) {
            double longitude = number(args[from]);
            double latitude = number(args[from + 1]);
            if (!(Math.abs(longitude) <= LONGITUDE_LIMIT) || !(Math.abs(latitude) <= LATITUDE_LIMIT)) {
                return logged.reread(ErrorCode.NOT_DETERMINISTIC, "coordinates that no score can be made of");
            }
            zadd[to] = Decimal.text(geohash(longitude, latitude));
            zadd[to + 1] = args[from + 2];
        }
        return logged.becomes(TargetCommand.keeping(zadd, args[1]));
    }

    /** Latitude in the even bits, longitude in the odd ones. */
    static long geohash(double longitude, double latitude) {
        return spread(cell(latitude, LATITUDE_LIMIT)) | spread(cell(longitude, LONGITUDE_LIMIT)) << 1;
    }

    private static long cell(double coordinate, double limit) {
        return (long) ((coordinate + limit) / (limit + limit) * (1 << NEMO_STEPS));
    }

    private static long spread(long bits) {
        long spread = 0;
        for (int i = 0; i <= NEMO_STEPS; i++) {
            spread |= (bits >> i & 1) << 2 * i;
        }
        return spread;
    }

    private static double number(byte[] text) {
        try {
            return Double.parseDouble(new String(text, US_ASCII));
        } catch (NumberFormatException e) {
            throw new UnknownFormException();
        }
    }

    /** Leaves out members that came before in the same command. Members are every n-th argument. */
    private static byte[][] firstOfEqualMembers(byte[][] args, int every) {
        if (args.length == 2 + every) {
            return args;
        }
        Set<Bytes> seen = new HashSet<>();
        List<byte[]> kept = new ArrayList<>(args.length);
        kept.add(args[0]);
        kept.add(args[1]);
        for (int i = 2; i < args.length; i += every) {
            if (seen.add(Bytes.owning(args[i + every - 1]))) {
                for (int j = 0; j < every; j++) {
                    kept.add(args[i + j]);
                }
            }
        }
        return kept.size() == args.length ? args : kept.toArray(byte[][]::new);
    }
}

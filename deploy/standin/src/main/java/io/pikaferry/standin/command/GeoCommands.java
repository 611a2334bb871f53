package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.ZsetValue.Scored;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.util.ArrayList;
import java.util.List;

/** GEOADD: a sorted set whose scores interleave longitude and latitude. */
final class GeoCommands {

    private static final double HIGHEST_LATITUDE = 85.05112878;
    private static final double HIGHEST_LONGITUDE = 180;

    private final int steps;

    GeoCommands(PikaVersion version) {
        steps = version.generation() == Generation.A ? 18 : 26;
    }

    void addTo(CommandTable table) {
        table.write("geoadd", -5, this::geoadd);
    }

    private void geoadd(Call call) {
        if (call.size() % 3 != 2) {
            throw CommandFailure.wrongNumber("geoadd");
        }
        List<Scored> places = new ArrayList<>();
        for (int i = 2; i < call.size(); i += 3) {
            double longitude = Numbers.floating(call.word(i));
            double latitude = Numbers.floating(call.word(i + 1));
            Bytes member = call.word(i + 2);
            places.add(new Scored(score(longitude, latitude), member));
        }
        call.reply().integer(ZsetCommands.put(call, call.key(), places));
    }

    private double score(double longitude, double latitude) {
        long x = step(longitude, HIGHEST_LONGITUDE);
        long y = step(latitude, HIGHEST_LATITUDE);
        long interleaved = 0;
        for (int i = 0; i < steps; i++) {
            interleaved |= (y >>> i & 1) << (2 * i) | (x >>> i & 1) << (2 * i + 1);
        }
        return interleaved;
    }

    private long step(double degrees, double highest) {
        return (long) ((degrees + highest) / (2 * highest) * (1L << steps));
    }
}

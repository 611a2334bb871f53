package io.pikaferry.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM's own log says of its heap ({@code -Xlog:gc}).
 *
 * @param peakBytes before a collection at most
 * @param liveBytes after one at most
 * @param pauseMillis all in all
 */
record GcLog(long peakBytes, long liveBytes, double pauseMillis) {

    private static final Pattern PAUSE = Pattern.compile("Pause .* (\\d+)M->(\\d+)M\\(\\d+M\\) ([0-9.]+)ms");

    static GcLog read(Path file) {
        long peak = 0;
        long live = 0;
        double pauses = 0;
        try {
            for (String line : Files.readAllLines(file)) {
                Matcher pause = PAUSE.matcher(line);
                if (pause.find()) {
                    peak = Math.max(peak, Long.parseLong(pause.group(1)) << 20);
                    live = Math.max(live, Long.parseLong(pause.group(2)) << 20);
                    pauses += Double.parseDouble(pause.group(3));
                }
            }
        } catch (IOException e) {
            return new GcLog(0, 0, 0);
        }
        return new GcLog(peak, live, pauses);
    }
}

package io.pikaferry.ctl.output;

/** {@code [##############............]} */
final class ProgressBar {

    private static final int WIDTH = 30;

    private ProgressBar() {}

    static String of(double percent) {
        int full = (int) (Math.max(0, Math.min(100, percent)) * WIDTH / 100);
        return "[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "]";
    }
}

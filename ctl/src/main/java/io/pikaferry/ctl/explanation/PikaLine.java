package io.pikaferry.ctl.explanation;

import java.util.List;

/** Releases that replicate in the same way, for columns side by side. What they log differs within a line, too. */
enum PikaLine {
    A("2.3", List.of("2.3")),
    B("3.0", List.of("3.0")),
    C("3.1 – 3.4", List.of("3.1", "3.2", "3.3", "3.4")),
    D("3.5", List.of("3.5")),
    E("4.0", List.of("4.0"));

    private final String title;
    private final List<String> branches;

    PikaLine(String title, List<String> branches) {
        this.title = title;
        this.branches = branches;
    }

    String title() {
        return title;
    }

    boolean has(PikaRelease release) {
        return branches.contains(release.branch());
    }
}

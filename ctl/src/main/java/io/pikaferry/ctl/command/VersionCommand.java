package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.Report;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Ferryctl's own version. Needs no coordinator.", sortOptions = false)
final class VersionCommand implements Runnable {

    private final Ferryctl ferryctl;

    VersionCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        ferryctl.print(new Version(
                Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion())
                        .orElse("development"),
                System.getProperty("java.version")));
    }

    private record Version(String ferryctl, String java) implements Report {

        @Override
        public List<String> table(boolean colour) {
            return List.of("ferryctl %s (Java %s)".formatted(ferryctl, java));
        }

        @Override
        public Object document() {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("version", ferryctl);
            document.put("java", java);
            return document;
        }

        @Override
        public List<String> names() {
            return List.of(ferryctl);
        }
    }
}

package io.pikaferry.worker.routing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.PikaVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The {@link CommandTable} for people: what stands in the log when a client sends a command, and what is made of that. It is
 * computed release by release, then written with a line for each run of releases that are alike.
 */
final class CommandSheet {

    /** Every release there is. */
    static final List<String> RELEASES = List.of((""
                    + "2.3.0 2.3.1 2.3.2 2.3.3 2.3.4 2.3.5 2.3.6 2.3.7 2.3.8 "
                    + "3.0.0 3.0.1 3.0.2 3.0.3 3.0.4 3.0.5 3.0.6 3.0.7 3.0.8 3.0.9 "
                    + "3.0.10 3.0.11 3.0.12 3.0.13 3.0.14 3.0.15 3.0.16 3.1.0 3.1.1 "
                    + "3.2.0 3.2.1 3.2.2 3.2.3 3.2.4 3.2.5 3.2.6 3.2.7 3.2.8 3.2.9 "
                    + "3.3.0 3.3.1 3.3.2 3.3.3 3.3.4 3.3.5 3.3.6 3.4.0 3.4.1 "
                    + "3.5.0 3.5.1 3.5.2 3.5.3 3.5.4 3.5.5 4.0.0 4.0.1")
            .split(" "));

    private static final Set<Treatment> PLAIN = Set.of(Treatment.AS_IS, Treatment.REPLACE);
    private static final Set<String> PAIRS = Set.of("mset", "msetnx");

    private CommandSheet() {}

    /** What holds for one command of one release, or of several that are alike. */
    record Line(
            String arity,
            String keys,
            String logged,
            String handling,
            String reread,
            String repeatable,
            String treatment,
            String applied) {

        Stream<String> cells() {
            return Stream.of(arity, keys, logged, handling, reread, repeatable, treatment, applied);
        }
    }

    static String text() {
        StringBuilder text = new StringBuilder();
        text.append("# Written by CommandSheetTest of the worker out of its CommandTable.\n");
        text.append("# releases\t").append(String.join("\t", RELEASES)).append('\n');
        text.append("command\tsince\tbefore\targuments\tkeys\tlogged\thandling\treread\tagain\ttreatment\tapplied\n");
        Set<String> names =
                CommandTable.rows().stream().map(CommandRow::name).collect(Collectors.toCollection(LinkedHashSet::new));
        for (String name : names) {
            spans(name).forEach(span -> text.append(span).append('\n'));
        }
        return text.toString();
    }

    private static List<String> spans(String name) {
        List<String> spans = new ArrayList<>();
        Optional<Line> running = Optional.empty();
        String since = "";
        for (String release : RELEASES) {
            Optional<Line> line = line(release, name);
            if (!line.equals(running)) {
                String begun = since;
                running.ifPresent(before -> spans.add(span(name, begun, release, before)));
                running = line;
                since = release;
            }
        }
        String begun = since;
        running.ifPresent(last -> spans.add(span(name, begun, "", last)));
        return spans;
    }

    private static String span(String name, String since, String before, Line line) {
        return Stream.concat(Stream.of(name, since, before), line.cells()).collect(Collectors.joining("\t"));
    }

    /** Empty if that release has no such command. */
    static Optional<Line> line(String release, String name) {
        Map<String, CommandRow> logging = byName(release);
        return Optional.ofNullable(logging.get(name)).map(row -> line(release, row, logging));
    }

    private static Line line(String release, CommandRow row, Map<String, CommandRow> logging) {
        // A source that says 4.0.0 may be 4.0.1, so both are treated as that.
        Map<String, CommandRow> treated = release.equals("4.0.0") ? byName("4.0.1") : logging;
        Map<String, Treatment> treatments = new LinkedHashMap<>();
        for (String logged : loggedNames(row, logging)) {
            treatments.put(logged, treated.get(logged).treatment());
        }
        boolean underItsName = treatments.containsKey(row.name());
        return new Line(
                Integer.toString(row.arity()),
                row.keys().toString(),
                row.loggedAs(),
                underItsName ? handling(treatments.get(row.name())) : "rewritten",
                reread(release, row, treatments),
                row.repeatable() ? "repeatable" : "once",
                treatments.isEmpty()
                        ? "-"
                        : treatments.values().stream().map(Treatment::name).collect(Collectors.joining(", ")),
                treatments.isEmpty() ? "each as it is alone" : applied(row.name(), treatments));
    }

    private static Map<String, CommandRow> byName(String release) {
        return CommandTable.rowsOf(PikaVersion.parse(release)).stream()
                .collect(Collectors.toMap(CommandRow::name, row -> row));
    }

    /** The commands that stand in the log; empty if those can be any. */
    private static Set<String> loggedNames(CommandRow row, Map<String, CommandRow> known) {
        Set<String> names = new LinkedHashSet<>();
        if (row.loggedAs().startsWith("raw")) {
            names.add(row.name());
        }
        Arrays.stream(row.loggedAs().toLowerCase(Locale.ROOT).split("[^a-z]+"))
                .filter(known::containsKey)
                .forEach(names::add);
        if (names.isEmpty() && row.treatment() != Treatment.NEVER_LOGGED) {
            names.add(row.name());
        }
        return names;
    }

    private static String handling(Treatment treatment) {
        return switch (treatment) {
            case REREAD -> "reread";
            case IGNORE -> "ignored";
            case NEVER_LOGGED -> "refused";
            default -> PLAIN.contains(treatment) ? "as-is" : "translated";
        };
    }

    private static String applied(String name, Map<String, Treatment> treatments) {
        if (treatments.keySet().equals(Set.of(name))) {
            return treatments.get(name).says();
        }
        Map<Treatment, List<String>> alike = new LinkedHashMap<>();
        treatments.forEach((logged, treatment) ->
                alike.computeIfAbsent(treatment, t -> new ArrayList<>()).add(logged));
        return alike.entrySet().stream()
                .map(each -> String.join(", ", each.getValue()) + ": "
                        + each.getKey().says())
                .collect(Collectors.joining(". "));
    }

    /** When the written keys are read from the source: empty, always, or in which case. */
    private static String reread(String release, CommandRow row, Map<String, Treatment> treatments) {
        List<String> cases = new ArrayList<>();
        for (Treatment treatment : treatments.values()) {
            switch (treatment) {
                case REREAD -> cases.add("always");
                case SET_OR_COUNTER -> {
                    if (!PAIRS.contains(row.name())) {
                        cases.add("a number, and the key has an expiry");
                    }
                }
                case PKSETEXAT_LOSING_EXPIRY, PKSETEXAT_IN_MILLIS -> {
                    if (row.name().equals("append")) {
                        cases.add("it creates the key");
                    } else if (row.name().equals("pksetexat")) {
                        cases.add(
                                treatment == Treatment.PKSETEXAT_IN_MILLIS
                                        ? "0 and empty, or not in lower case"
                                        : "0 and empty");
                    }
                }
                default -> {}
            }
        }
        if (row.name().equals("smove") && PikaVersion.parse(release).atLeast(3, 5, 0)) {
            cases.add("both keys are one"); // pipeline.SelfMoves
        }
        if (crowded(release, row.name())) {
            cases.add("several clients write it at once");
        }
        return String.join("; or ", cases);
    }

    /** Whether {@link RecordLocks} leaves a key of it in doubt. */
    private static boolean crowded(String release, String name) {
        PikaVersion version = PikaVersion.parse(release);
        boolean nemo = version.below(3, 0, 0);
        List<String> commands =
                switch (name) {
                    case "del" -> List.of("del a b");
                    case "mset", "msetnx" -> version.below(3, 0, 5)
                            ? List.of("set a 1", "set b 1")
                            : List.of(name + " a 1 b 1");
                    case "rpoplpush" -> List.of("rpoplpush a b");
                    case "smove" -> List.of("smove a b m");
                    case "bitop" -> List.of("bitop and d a b");
                    case "pfmerge", "sunionstore", "sinterstore", "sdiffstore" -> List.of(name + " d a b");
                    case "zunionstore", "zinterstore" -> List.of(name + " d 2 a b");
                    default -> List.of();
                };
        if (commands.isEmpty() || version.atLeast(3, 5, 0)) {
            return false;
        }
        String content = commands.stream()
                .map(command -> command.split(" "))
                .map(args -> nemo ? Items.arrayOf23(args) : Items.array(args))
                .collect(Collectors.joining());
        Mapped mapped = CommandMapper.forSource(version)
                .map(new BinlogItem(
                        StreamId.ONLY, new BinlogPosition(0, 1000), (int) Items.NOW, content.getBytes(ISO_8859_1)));
        return ((Mapped.Commands) mapped).commands().stream().anyMatch(each -> each.doubtful().length > 0);
    }
}

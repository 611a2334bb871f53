package io.pikaferry.standin.tryout;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares a source at rest with its target: every key, type, value, score and TTL. */
@Command(
        name = "verify",
        description = "Compares every key of a Pika with a Redis; exits with 1 if they differ.",
        mixinStandardHelpOptions = true)
public final class VerifyCommand implements Callable<Integer> {

    private static final int SHOWN = 20;

    @Option(names = "--source", required = true, paramLabel = "HOST:PORT")
    private String source;

    @Option(names = "--target", required = true, paramLabel = "HOST:PORT")
    private String target;

    @Override
    public Integer call() throws IOException {
        Comparison comparison = Comparison.of(source, target);
        int equal =
                comparison.equal().values().stream().mapToInt(Integer::intValue).sum();
        System.out.printf(
                "%d keys are equal (%s)%n",
                equal,
                comparison.equal().entrySet().stream()
                        .map(type -> type.getValue() + " " + type.getKey())
                        .collect(Collectors.joining(", ")));
        int different = comparison.differences().size();
        if (different > 0) {
            System.out.printf("%d keys differ%n", different);
            comparison.differences().entrySet().stream()
                    .limit(SHOWN)
                    .forEach(each -> System.out.printf(
                            "  %s: %s%n", each.getKey().asUtf8(), String.join("; ", each.getValue())));
        }
        if (different > SHOWN) {
            System.out.printf("  … and %d more%n", different - SHOWN);
        }
        return different == 0 ? 0 : 1;
    }
}

package io.pikaferry.ctl.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.ctl.Golden;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.ErrorCode.Blame;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ExplanationsTest {

    private final Explanations explanations = new Explanations();

    /** A new code needs a sentence in meanings.properties. */
    @Test
    void everyCodeIsExplainedAndNothingElse() {
        assertThat(explanations.explained())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(ErrorCode.values()).map(ErrorCode::id).toList());
    }

    @Test
    void theDocumentationListsEveryCode() {
        Golden.check(Path.of("../docs/errors.md"), document());
    }

    private String document() {
        String rows = explanations.all().stream()
                .map(e -> "| %s | %s | %s | %s | %s |\n"
                        .formatted(
                                e.code().id(),
                                e.code().name(),
                                e.meaning(),
                                e.code().blame(),
                                e.code().remedy()))
                .collect(Collectors.joining());
        String blames = Arrays.stream(Blame.values())
                .map(blame -> "* **%s**: %s\n".formatted(blame, Explanation.whoActs(blame)))
                .collect(Collectors.joining());
        return """
                # Error codes

                Every error has a number that never changes; `ferryctl explain FERRY-2107` says the same as this page.
                The page is written by a test of `ctl` (`mvn -pl ctl -am test -Dgolden.update=true`); the sentences are in
                `meanings.properties`, all the rest in `ErrorCode`.

                1xxx: requests and our own processes · 20xx: reaching source and target · 21xx: the source's data ·
                22xx: the target · 23xx: what goes into a job's error ledger · 9xxx: bugs.

                The blame says who has to act:

                """
                + blames
                + "\n| Code | Name | Meaning | Blame | Remedy |\n|---|---|---|---|---|\n"
                + rows;
    }
}

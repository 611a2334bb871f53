package io.pikaferry.ctl.command;

import io.pikaferry.ctl.submission.NearestName;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.TypeConversionException;

/** Reads one of a few words, in any case; refuses another one with the word that was probably meant. */
final class Choice {

    private Choice() {}

    static <E extends Enum<E>> E of(String text, E[] choices) {
        List<String> words = Arrays.stream(choices)
                .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                .toList();
        int index = words.indexOf(text.toLowerCase(Locale.ROOT));
        if (index < 0) {
            String known = String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.get(words.size() - 1);
            throw new TypeConversionException(
                    "expected %s, got '%s'%s".formatted(known, text, NearestName.hint(text, words)));
        }
        return choices[index];
    }
}

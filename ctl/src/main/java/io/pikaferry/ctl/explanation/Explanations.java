package io.pikaferry.ctl.explanation;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;

/** All explanations. Read from a file beside this class, {@code number=meaning}. */
public final class Explanations {

    private final Properties meanings = new Properties();

    public Explanations() {
        try (InputStream file = requireNonNull(
                Explanations.class.getResourceAsStream("meanings.properties"), "meanings.properties is missing")) {
            meanings.load(new InputStreamReader(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Explanation of(ErrorCode code) {
        // a code without prose still has its name: target not ready
        String name = code.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return new Explanation(code, meanings.getProperty(code.id(), name));
    }

    public List<Explanation> all() {
        return Arrays.stream(ErrorCode.values()).map(this::of).toList();
    }

    /** The ids that have prose. */
    Set<String> explained() {
        return meanings.stringPropertyNames();
    }
}

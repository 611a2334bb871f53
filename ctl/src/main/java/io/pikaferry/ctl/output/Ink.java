package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

/** How a piece of text stands out, where the terminal can show it. */
enum Ink {
    PLAIN(""),
    BOLD("1"),
    FAINT("2"),
    GOOD("32"),
    ATTENTION("33"),
    BAD("1;31");

    private final String code;

    Ink(String code) {
        this.code = requireNonNull(code, "code is null");
    }

    String paint(String text, boolean colour) {
        return colour && this != PLAIN && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}

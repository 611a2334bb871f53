package io.pikaferry.coordinator.ledger;

/** Text of others, made to fit. */
final class Shortened {

    private Shortened() {}

    static String to(int length, String text) {
        return text.length() <= length ? text : text.substring(0, length - 1) + "…";
    }
}

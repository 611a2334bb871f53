package io.pikaferry.ctl.output;

/** How an answer is written: {@code -o}. */
public enum Format {
    TABLE,
    WIDE,
    JSON,
    YAML,
    NAME
}

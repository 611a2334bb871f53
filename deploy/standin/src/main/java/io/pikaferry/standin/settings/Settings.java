package io.pikaferry.standin.settings;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The master's configuration, as CONFIG GET shows it and CONFIG SET changes it. Safe for use by many threads. */
public final class Settings {

    private final Map<String, String> values = new LinkedHashMap<>();

    public synchronized Settings with(String name, Object value) {
        values.put(name, value.toString());
        return this;
    }

    public synchronized Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    public synchronized Map<String, String> all() {
        return new LinkedHashMap<>(values);
    }

    public String text(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("there is no setting " + name));
    }

    public int number(String name) {
        return Integer.parseInt(text(name));
    }

    public boolean isOn(String name) {
        return text(name).equals("yes");
    }
}

package io.pikaferry.standin.dump;

import java.nio.file.Path;

/** A complete dump of one database. */
public record Dump(Path directory, DumpInfo info) {}

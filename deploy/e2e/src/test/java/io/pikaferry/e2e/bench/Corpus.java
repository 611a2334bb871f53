package io.pikaferry.e2e.bench;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a workload brings into the target.
 *
 * @param commands the file of them
 * @param count how many commands
 * @param keys how many keys they leave behind; of a tail the same as the count
 * @param elements values, fields, members
 * @param bytes of the file
 * @param dump where the same data lie as a dump; empty: they are a binlog
 */
record Corpus(Path commands, long count, long keys, long elements, long bytes, Optional<Path> dump) {}

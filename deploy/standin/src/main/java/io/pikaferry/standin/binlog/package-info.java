/**
 * Binlogs on disk: files, blocks, items, manifest, and reading them again. Knows neither commands nor
 * slaves. spec/replication.md §6, spec/dump-formats.md §8.
 */
package io.pikaferry.standin.binlog;

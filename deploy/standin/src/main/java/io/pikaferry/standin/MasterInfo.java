package io.pikaferry.standin;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.client.InfoCommand;
import io.pikaferry.standin.settings.Settings;
import io.pikaferry.standin.version.PikaVersion;
import java.util.List;
import java.util.function.Supplier;

/** INFO, as far as anybody reads it. */
final class MasterInfo {

    private MasterInfo() {}

    static InfoCommand of(StandinConfig config, Settings settings, Storage storage, Supplier<List<String>> slaves) {
        long startedAt = config.clock().millis();
        PikaVersion version = config.version();
        InfoCommand info = new InfoCommand()
                .section(
                        "server",
                        () -> lines(
                                "# Server",
                                "pika_version:" + said(version),
                                "os:" + System.getProperty("os.name"),
                                "arch_bits:64",
                                "process_id:" + ProcessHandle.current().pid(),
                                "tcp_port:" + config.port(),
                                "thread_num:" + settings.text("thread-num"),
                                "sync_thread_num:6",
                                "uptime_in_seconds:" + (config.clock().millis() - startedAt) / 1000,
                                "config_file:standin",
                                "server_id:" + settings.text("server-id")))
                .section(
                        "data",
                        () -> lines(
                                "# Data",
                                "db_size:0",
                                "db_size_human:0M",
                                "compression:snappy",
                                "used_memory:"
                                        + (Runtime.getRuntime().totalMemory()
                                                - Runtime.getRuntime().freeMemory()),
                                "db_fatal:0",
                                "db_fatal_msg:NULL"))
                .section("clients", () -> lines("# Clients", "connected_clients:1"))
                .section(
                        "stats",
                        () -> lines("# Stats", "is_bgsaving:No, , 0", "is_scaning_keyspace:No", "is_compact:No"))
                .section("replication", () -> replication(version, storage, slaves.get()))
                .section("keyspace", () -> lines("# Keyspace", "# Time: 1970-01-01 08:00:00"));
        return version.atLeast(3, 2, 0) ? info : info.section("log", () -> log(version, settings, storage));
    }

    /** 4.0.1 was released with the number of 4.0.0. */
    private static PikaVersion said(PikaVersion version) {
        return version.atLeast(4, 0, 1) ? new PikaVersion(4, 0, 0) : version;
    }

    private static String log(PikaVersion version, Settings settings, Storage storage) {
        Binlog first = storage.databases().get(0).binlog();
        String head = lines(
                "# Log",
                "log_size:" + first.files().size() * first.fileSize(),
                "log_size_human:" + ((first.files().size() * first.fileSize()) >> 20) + "M",
                "expire_logs_days:" + settings.text("expire-logs-days"),
                "expire_logs_nums:" + settings.text("expire-logs-nums"));
        return version.atLeast(3, 1, 0)
                ? head + ends(":", storage)
                : head + lines("safety_purge:none", "binlog_offset:" + place(first.end()));
    }

    /** From 3.2 on with the ends of the binlogs, in classic mode. */
    private static String replication(PikaVersion version, Storage storage, List<String> described) {
        String head = lines("# Replication(MASTER)", "role:master", "connected_slaves:" + described.size());
        String all = head + lines(described.toArray(String[]::new));
        if (!version.atLeast(3, 2, 0) || storage.databases().slots() > 1) {
            return all; // in sharding mode PKCLUSTER INFO SLOT tells
        }
        return all + ends(version.atLeast(3, 5, 0) ? ":" : " ", storage);
    }

    private static String ends(String separator, Storage storage) {
        return lines(storage.databases().all().stream()
                .map(database -> "%s%sbinlog_offset=%s,safety_purge=none"
                        .formatted(
                                database.name(),
                                separator,
                                place(database.binlog().end())))
                .toArray(String[]::new));
    }

    private static String place(Position position) {
        return position.file() + " " + position.offset();
    }

    private static String lines(String... lines) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(line).append("\r\n");
        }
        return text.toString();
    }
}

package io.pikaferry.standin;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.client.InfoCommand;
import io.pikaferry.standin.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** INFO, as far as anybody reads it: that of 3.0, and where the binlogs end as each line says it. */
final class MasterInfo {

    private MasterInfo() {}

    static InfoCommand of(StandinConfig config, Settings settings, Storage storage, Supplier<List<String>> slaves) {
        long startedAt = config.clock().millis();
        Binlog binlog = storage.databases().get(0).binlog();
        return new InfoCommand()
                .section(
                        "server",
                        () -> lines(
                                "# Server",
                                "pika_version:" + config.version(),
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
                .section("log", () -> log(settings, binlog) + (tellsEndsInLog(config) ? ends(config, storage) : ""))
                .section("clients", () -> lines("# Clients", "connected_clients:1"))
                .section(
                        "stats",
                        () -> lines("# Stats", "is_bgsaving:No, , 0", "is_scaning_keyspace:No", "is_compact:No"))
                .section(
                        "replication",
                        () -> replication(slaves.get()) + (tellsEndsInReplication(config) ? ends(config, storage) : ""))
                .section("keyspace", () -> lines("# Keyspace", "# Time: 1970-01-01 08:00:00"));
    }

    private static boolean tellsEndsInLog(StandinConfig config) {
        return config.version().atLeast(3, 1, 0) && !config.version().atLeast(3, 2, 0);
    }

    private static boolean tellsEndsInReplication(StandinConfig config) {
        return config.version().atLeast(3, 2, 0);
    }

    private static String ends(StandinConfig config, Storage storage) {
        boolean space = tellsEndsInReplication(config) && !config.version().atLeast(3, 5, 0);
        List<String> ends = new ArrayList<>();
        for (int db = 0; db < storage.databases().count(); db++) {
            Position end = storage.databases().get(db).binlog().end();
            ends.add("db%d%sbinlog_offset=%d %d,safety_purge=none"
                    .formatted(db, space ? " " : ":", end.file(), end.offset()));
        }
        return lines(ends.toArray(String[]::new));
    }

    private static String log(Settings settings, Binlog binlog) {
        Position end = binlog.end();
        return lines(
                "# Log",
                "log_size:" + binlog.files().size() * binlog.fileSize(),
                "log_size_human:" + ((binlog.files().size() * binlog.fileSize()) >> 20) + "M",
                "safety_purge:none",
                "expire_logs_days:" + settings.text("expire-logs-days"),
                "expire_logs_nums:" + settings.text("expire-logs-nums"),
                "binlog_offset:" + end.file() + " " + end.offset());
    }

    private static String replication(List<String> described) {
        String head = lines("# Replication(MASTER)", "role:master", "connected_slaves:" + described.size());
        return head + lines(described.toArray(String[]::new));
    }

    private static String lines(String... lines) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(line).append("\r\n");
        }
        return text.toString();
    }
}

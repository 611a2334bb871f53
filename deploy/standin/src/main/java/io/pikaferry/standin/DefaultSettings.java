package io.pikaferry.standin;

import io.pikaferry.standin.settings.Settings;
import io.pikaferry.standin.version.Generation;

/** The pika.conf of a fresh installation, with what the stand-in was asked for. */
final class DefaultSettings {

    private DefaultSettings() {}

    static Settings of(StandinConfig config) {
        Settings settings = new Settings()
                .with("port", config.port())
                .with("thread-num", 1)
                .with("timeout", 60)
                .with("requirepass", config.password())
                .with("masterauth", "")
                .with("userpass", config.userPassword())
                .with("maxclients", 20000)
                .with("binlog-file-size", config.binlogFileSize())
                .with("expire-logs-nums", config.expireLogsNums())
                .with("expire-logs-days", 7)
                .with("write-binlog", "yes")
                .with("db-sync-speed", config.version().generation() == Generation.A ? 125 : 1024)
                .with("compression", "snappy")
                .with("slave-read-only", 1)
                .with("server-id", 1);
        Generation generation = config.version().generation();
        if (generation.compareTo(Generation.C) >= 0) {
            settings.with("sync-window-size", 9000);
        }
        if (config.slots() > 1) {
            settings.with("default-slot-num", config.slots());
        } else if (generation.compareTo(Generation.C) >= 0) {
            settings.with("databases", config.databases());
        }
        if (generation == Generation.C) {
            settings.with("instance-mode", config.slots() > 1 ? "sharding" : "classic")
                    .with("consensus-level", 0);
        }
        if (generation == Generation.E) {
            settings.with("db-instance-num", 3);
        }
        if (generation != Generation.B) {
            settings.with("slotmigrate", "no");
        }
        return settings;
    }
}

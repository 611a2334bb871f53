package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.dataset.Value;
import io.pikaferry.standin.dataset.ZsetValue;
import io.pikaferry.standin.dataset.ZsetValue.Scored;
import io.pikaferry.standin.version.PikaVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** ZUNIONSTORE and ZINTERSTORE. */
final class ZsetStoreCommands {

    private enum Aggregate {
        SUM,
        MIN,
        MAX;

        double of(double one, double other) {
            return switch (this) {
                case SUM -> one + other;
                case MIN -> Math.min(one, other);
                case MAX -> Math.max(one, other);
            };
        }
    }

    private final LogForms forms;

    ZsetStoreCommands(PikaVersion version) {
        forms = new LogForms(version);
    }

    void addTo(CommandTable table) {
        table.write("zunionstore", -4, call -> store(call, false));
        table.write("zinterstore", -4, call -> store(call, true));
    }

    private void store(Call call, boolean intersect) {
        int keys = (int) call.integer(2);
        if (keys < 1 || call.size() < 3 + keys) {
            throw CommandFailure.syntax();
        }
        double[] weights = new double[keys];
        java.util.Arrays.fill(weights, 1);
        Aggregate aggregate = Aggregate.SUM;
        for (int i = 3 + keys; i < call.size(); i++) {
            if (call.says(i, "weights") && call.size() > i + keys) {
                for (int k = 0; k < keys; k++) {
                    weights[k] = Numbers.floating(call.word(++i));
                }
            } else if (call.says(i, "aggregate") && call.size() > i + 1) {
                aggregate = aggregate(call, ++i);
            } else {
                throw CommandFailure.syntax();
            }
        }
        NavigableMap<Bytes, Double> result = new TreeMap<>();
        for (int k = 0; k < keys; k++) {
            NavigableMap<Bytes, Double> source = weighted(call, call.word(3 + k), weights[k]);
            if (intersect && k > 0) {
                result.keySet().retainAll(source.keySet());
            }
            Aggregate how = aggregate;
            boolean onlyPresent = intersect && k > 0;
            source.forEach((member, score) -> {
                if (!onlyPresent || result.containsKey(member)) {
                    result.merge(member, score, how::of);
                }
            });
        }
        replace(call, result);
    }

    private static Aggregate aggregate(Call call, int index) {
        for (Aggregate aggregate : Aggregate.values()) {
            if (call.says(index, aggregate.name())) {
                return aggregate;
            }
        }
        throw CommandFailure.syntax();
    }

    private static NavigableMap<Bytes, Double> weighted(Call call, Bytes key, double weight) {
        NavigableMap<Bytes, Double> scores = new TreeMap<>();
        Optional<ZsetValue> zset = ZsetCommands.zsets(call).find(key);
        zset.ifPresent(
                found -> found.ranking().forEach(scored -> scores.put(scored.member(), scored.score() * weight)));
        return scores;
    }

    private void replace(Call call, NavigableMap<Bytes, Double> result) {
        List<Scored> scored = new ArrayList<>();
        result.forEach((member, score) -> scored.add(new Scored(score, member)));
        Space<ZsetValue> zsets = ZsetCommands.zsets(call);
        long expiry = forms.storeKeepsExpiry() ? zsets.expireStamp(call.key()) : Value.NEVER;
        if (scored.isEmpty()) {
            zsets.empty(call.key());
        } else {
            zsets.remove(call.key());
            ZsetCommands.put(call, call.key(), scored);
            if (expiry != Value.NEVER) {
                zsets.findOrCreate(call.key()).expireAt(expiry);
            }
        }
        if (forms.logsResults()) {
            call.logInstead("del", call.key());
            if (!scored.isEmpty()) {
                List<Bytes> words = new ArrayList<>(List.of(Bytes.utf8("zadd"), call.key()));
                for (Scored member : scored) {
                    words.add(Bytes.utf8(Numbers.print(member.score())));
                    words.add(member.member());
                }
                call.logInstead(words);
            }
        }
        call.reply().integer(result.size());
    }
}

package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.dataset.ZsetValue;
import io.pikaferry.standin.dataset.ZsetValue.Scored;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Sorted sets; *STORE is in {@link ZsetStoreCommands}. */
final class ZsetCommands {

    /** Of 2.3, which keeps scores as 64-bit integers in units of 0.00001. */
    private static final double NEMO_HIGHEST_SCORE = 1e13;

    private final PikaVersion version;
    private final Cursors cursors;

    ZsetCommands(PikaVersion version, Cursors cursors) {
        this.version = version;
        this.cursors = cursors;
    }

    void addTo(CommandTable table) {
        table.read("zcard", 2, call -> call.reply().integer(ranking(call).size()));
        table.read("zscore", 3, ZsetCommands::zscore);
        table.read("zrange", -4, call -> zrange(call, false));
        table.read("zrevrange", -4, call -> zrange(call, true));
        table.read("zscan", -3, this::zscan);
        table.write("zadd", -4, this::zadd);
        table.write("zincrby", 4, this::zincrby);
        table.write("zrem", -3, ZsetCommands::zrem);
        table.write("zremrangebyrank", 4, ZsetCommands::zremrangebyrank);
        table.write("zremrangebyscore", 4, ZsetCommands::zremrangebyscore);
        table.write("zremrangebylex", 4, ZsetCommands::zremrangebylex);
        if (version.atLeast(3, 2, 0)) {
            table.write("zpopmin", -2, call -> zpop(call, false));
            table.write("zpopmax", -2, call -> zpop(call, true));
        }
    }

    static Space<ZsetValue> zsets(Call call) {
        return call.data().zsets();
    }

    private static List<Scored> ranking(Call call) {
        return zsets(call)
                .find(call.key())
                .map(zset -> List.copyOf(zset.ranking()))
                .orElse(List.of());
    }

    private static void zscore(Call call) {
        Optional<Double> score = zsets(call).find(call.key()).flatMap(zset -> zset.score(call.word(2)));
        score.ifPresentOrElse(found -> call.reply().bulk(Numbers.print(found)), call.reply()::nil);
    }

    private static void zrange(Call call, boolean reversed) {
        boolean withScores = call.size() > 4 && call.says(4, "withscores");
        if (call.size() > 5 || (call.size() == 5 && !withScores)) {
            throw CommandFailure.syntax();
        }
        long start = call.integer(2);
        long stop = call.integer(3);
        List<Scored> ranking = new ArrayList<>(ranking(call));
        if (reversed) {
            java.util.Collections.reverse(ranking);
        }
        Range range = Range.of(start, stop, ranking.size());
        call.reply().array(withScores ? range.size() * 2 : range.size());
        for (Scored scored : ranking.subList(range.first(), range.first() + range.size())) {
            call.reply().bulk(scored.member());
            if (withScores) {
                call.reply().bulk(Numbers.print(scored.score()));
            }
        }
    }

    private void zscan(Call call) {
        ScanPage<Scored> page = cursors.page(call, first -> byMember(call, first), Scored::member);
        call.reply()
                .array(2)
                .bulk(Long.toString(page.cursor()))
                .array(page.matches().size() * 2);
        page.matches().forEach(scored -> call.reply().bulk(scored.member()).bulk(Numbers.print(scored.score())));
    }

    private static List<Scored> byMember(Call call, Bytes first) {
        return zsets(call).find(call.key()).map(zset -> zset.byMember(first)).orElse(List.of());
    }

    private void zadd(Call call) {
        if (call.size() % 2 != 0) {
            throw CommandFailure.syntax();
        }
        List<Scored> wanted = new ArrayList<>();
        for (int i = 2; i < call.size(); i += 2) {
            wanted.add(new Scored(score(call.word(i)), call.word(i + 1)));
        }
        if (isNemo() && wanted.stream().anyMatch(scored -> Math.abs(scored.score()) > NEMO_HIGHEST_SCORE)) {
            throw new CommandFailure("ERR Invalid argument: score overflow");
        }
        call.reply().integer(put(call, call.key(), wanted));
    }

    /** Returns how many members are new. */
    static int put(Call call, Bytes key, List<Scored> wanted) {
        ZsetValue zset = zsets(call).findOrCreate(key);
        int added = 0;
        for (Scored scored : wanted) {
            added += zset.put(scored.member(), scored.score()) ? 1 : 0;
        }
        return added;
    }

    private boolean isNemo() {
        return version.generation() == Generation.A;
    }

    private double score(Bytes word) {
        try {
            return Numbers.floating(word);
        } catch (CommandFailure failure) {
            throw isNemo() ? new CommandFailure("ERR value is not an float") : failure;
        }
    }

    private void zincrby(Call call) {
        double by = score(call.word(2));
        ZsetValue zset = zsets(call).findOrCreate(call.key());
        double sum = zset.score(call.word(3)).orElse(0.0) + by;
        if (isNemo() && Math.abs(sum) > NEMO_HIGHEST_SCORE) {
            throw new CommandFailure("ERR Corruption: zset score overflow");
        }
        zset.put(call.word(3), sum);
        call.reply().bulk(isNemo() ? Numbers.printShort(sum) : Numbers.print(sum));
    }

    private static void zrem(Call call) {
        call.reply().integer(remove(call, call.request().from(2)));
    }

    private static int remove(Call call, List<Bytes> members) {
        Optional<ZsetValue> zset = zsets(call).find(call.key());
        if (zset.isEmpty()) {
            return 0;
        }
        int removed = 0;
        for (Bytes member : members) {
            removed += zset.get().remove(member) ? 1 : 0;
        }
        zsets(call).dropIfEmpty(call.key(), zset.get());
        return removed;
    }

    private static void removeIf(Call call, Predicate<Scored> condition) {
        List<Bytes> gone =
                ranking(call).stream().filter(condition).map(Scored::member).toList();
        call.reply().integer(remove(call, gone));
    }

    private static void zremrangebyrank(Call call) {
        List<Scored> ranking = ranking(call);
        Range range = Range.of(call.integer(2), call.integer(3), ranking.size());
        List<Bytes> gone = ranking.subList(range.first(), range.first() + range.size()).stream()
                .map(Scored::member)
                .toList();
        call.reply().integer(remove(call, gone));
    }

    private static void zremrangebyscore(Call call) {
        ScoreBound low = ScoreBound.parse(call.word(2));
        ScoreBound high = ScoreBound.parse(call.word(3));
        removeIf(call, scored -> low.isBelow(scored.score()) && high.isAbove(scored.score()));
    }

    private record ScoreBound(double score, boolean exclusive) {

        static ScoreBound parse(Bytes text) {
            String bound = text.asUtf8();
            boolean exclusive = bound.startsWith("(");
            try {
                return new ScoreBound(Numbers.floating(Bytes.utf8(exclusive ? bound.substring(1) : bound)), exclusive);
            } catch (CommandFailure notAFloat) {
                throw new CommandFailure("ERR min or max is not a float");
            }
        }

        boolean isBelow(double other) {
            return exclusive ? score < other : score <= other;
        }

        boolean isAbove(double other) {
            return exclusive ? score > other : score >= other;
        }
    }

    private static void zremrangebylex(Call call) {
        LexBound low = LexBound.parse(call.word(2));
        LexBound high = LexBound.parse(call.word(3));
        removeIf(call, scored -> low.isBelow(scored.member()) && high.isAbove(scored.member()));
    }

    private record LexBound(Optional<Bytes> member, boolean exclusive, boolean infinitelyHigh) {

        static LexBound parse(Bytes text) {
            byte[] bound = text.array();
            if (bound.length == 1 && (bound[0] == '-' || bound[0] == '+')) {
                return new LexBound(Optional.empty(), false, bound[0] == '+');
            }
            if (bound.length == 0 || (bound[0] != '[' && bound[0] != '(')) {
                throw new CommandFailure("ERR min or max not valid string range item");
            }
            Bytes member = Bytes.owning(java.util.Arrays.copyOfRange(bound, 1, bound.length));
            return new LexBound(Optional.of(member), bound[0] == '(', false);
        }

        boolean isBelow(Bytes other) {
            return member.map(own -> exclusive ? own.compareTo(other) < 0 : own.compareTo(other) <= 0)
                    .orElse(!infinitelyHigh);
        }

        boolean isAbove(Bytes other) {
            return member.map(own -> exclusive ? own.compareTo(other) > 0 : own.compareTo(other) >= 0)
                    .orElse(infinitelyHigh);
        }
    }

    private static void zpop(Call call, boolean highest) {
        long count = call.size() > 2 ? call.integer(2) : 1;
        List<Scored> ranking = new ArrayList<>(ranking(call));
        if (highest) {
            java.util.Collections.reverse(ranking);
        }
        List<Scored> popped = ranking.subList(0, (int) Math.max(0, Math.min(count, ranking.size())));
        call.reply().array(popped.size() * 2);
        for (Scored scored : popped) {
            call.reply().bulk(scored.member()).bulk(Numbers.print(scored.score()));
        }
        remove(call, popped.stream().map(Scored::member).toList());
    }
}

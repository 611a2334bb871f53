package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.dataset.StreamId;
import io.pikaferry.standin.dataset.StreamValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Streams, from 3.5.3 on; there are no consumer groups. */
final class StreamCommands {

    private static final StreamId HIGHEST = new StreamId(-1, -1);

    void addTo(CommandTable table) {
        table.read("xlen", 2, call -> call.reply().integer(entries(call).size()));
        table.read("xrange", -4, call -> range(call, 2, 3, false));
        table.read("xrevrange", -4, call -> range(call, 3, 2, true));
        table.read("xinfo", -3, StreamCommands::xinfo);
        table.write("xadd", -5, StreamCommands::xadd);
        table.write("xdel", -3, StreamCommands::xdel);
        table.write("xtrim", -4, StreamCommands::xtrim);
    }

    private static Space<StreamValue> streams(Call call) {
        return call.data().streams();
    }

    private static NavigableMap<StreamId, List<Bytes>> entries(Call call) {
        return streams(call).find(call.key()).map(StreamValue::entries).orElseGet(TreeMap::new);
    }

    private static void xadd(Call call) {
        int at = 2;
        boolean create = true;
        Optional<Trim> trim = Optional.empty();
        while (at < call.size()) {
            if (call.says(at, "nomkstream")) {
                create = false;
                at++;
            } else if (call.says(at, "maxlen") || call.says(at, "minid")) {
                trim = Optional.of(Trim.parse(call, at));
                at = trim.get().next();
            } else {
                break;
            }
        }
        if (call.size() - at < 3 || (call.size() - at) % 2 == 0) {
            throw CommandFailure.wrongNumber("xadd");
        }
        Optional<StreamValue> present = streams(call).find(call.key());
        if (present.isEmpty() && !create) {
            throw new CommandFailure("ERR NotFound: no_mkstream");
        }
        StreamId last = present.map(StreamValue::lastId).orElse(StreamId.ZERO);
        StreamId id = nextId(call, call.text(at), last);
        if (id.compareTo(last) <= 0) {
            throw new CommandFailure("ERR Invalid argument: INVALID ID given");
        }
        StreamValue stream = present.orElseGet(() -> streams(call).replace(call.key()));
        stream.add(id, call.request().from(at + 1));
        trim.ifPresent(rule -> rule.apply(stream));
        List<Bytes> logged = new ArrayList<>(call.request().words());
        logged.set(at, Bytes.utf8(id.toString()));
        call.logInstead(logged);
        call.reply().bulk(id.toString());
    }

    private static StreamId nextId(Call call, String text, StreamId last) {
        if (text.equals("*")) {
            long now = call.expiry().nowMillis();
            return Long.compareUnsigned(now, last.millis()) > 0
                    ? new StreamId(now, 0)
                    : new StreamId(last.millis(), last.sequence() + 1);
        }
        if (text.endsWith("-*")) {
            long millis = number(text.substring(0, text.length() - 2));
            return new StreamId(millis, millis == last.millis() ? last.sequence() + 1 : 0);
        }
        return id(text, 0);
    }

    /** An id without sequence gets the given one. */
    private static StreamId id(String text, long sequence) {
        if (text.equals("-")) {
            return StreamId.ZERO;
        }
        if (text.equals("+")) {
            return HIGHEST;
        }
        int dash = text.indexOf('-');
        return dash < 0
                ? new StreamId(number(text), sequence)
                : new StreamId(number(text.substring(0, dash)), number(text.substring(dash + 1)));
    }

    private static long number(String text) {
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new CommandFailure("ERR Invalid stream ID specified as stream command argument");
        }
    }

    private static void xdel(Call call) {
        Optional<StreamValue> stream = streams(call).find(call.key());
        int deleted = 0;
        if (stream.isPresent()) {
            for (Bytes id : call.request().from(2)) {
                deleted += stream.get().delete(id(id.asUtf8(), 0)) ? 1 : 0;
            }
            streams(call).dropIfEmpty(call.key(), stream.get());
        }
        call.reply().integer(deleted);
    }

    private static void xtrim(Call call) {
        Trim rule = Trim.parse(call, 2);
        Optional<StreamValue> stream = streams(call).find(call.key());
        call.reply().integer(stream.map(rule::apply).orElse(0));
        stream.ifPresent(found -> streams(call).dropIfEmpty(call.key(), found));
    }

    /** MAXLEN or MINID, with = or ~ before the threshold. */
    private record Trim(boolean byLength, long length, StreamId minimum, int next) {

        static Trim parse(Call call, int at) {
            boolean byLength = call.says(at, "maxlen");
            if (!byLength && !call.says(at, "minid")) {
                throw CommandFailure.syntax();
            }
            int threshold = call.says(at + 1, "=") || call.says(at + 1, "~") ? at + 2 : at + 1;
            if (threshold >= call.size()) {
                throw CommandFailure.syntax();
            }
            return byLength
                    ? new Trim(true, call.integer(threshold), StreamId.ZERO, threshold + 1)
                    : new Trim(false, 0, id(call.text(threshold), 0), threshold + 1);
        }

        /** Returns how many entries went. */
        int apply(StreamValue stream) {
            int gone = 0;
            while (!stream.entries().isEmpty()
                    && (byLength
                            ? stream.entries().size() > length
                            : stream.firstId().compareTo(minimum) < 0)) {
                stream.delete(stream.firstId());
                gone++;
            }
            return gone;
        }
    }

    private static void range(Call call, int fromIndex, int toIndex, boolean reversed) {
        long most = Long.MAX_VALUE;
        if (call.size() == 6 && call.says(4, "count")) {
            most = call.integer(5);
        } else if (call.size() != 4) {
            throw CommandFailure.syntax();
        }
        StreamId from = id(call.text(fromIndex), 0);
        StreamId to = id(call.text(toIndex), -1);
        NavigableMap<StreamId, List<Bytes>> found =
                from.compareTo(to) > 0 ? new TreeMap<>() : entries(call).subMap(from, true, to, true);
        List<Map.Entry<StreamId, List<Bytes>>> wanted = (reversed ? found.descendingMap() : found)
                .entrySet().stream().limit(most).toList();
        call.reply().array(wanted.size());
        for (Map.Entry<StreamId, List<Bytes>> entry : wanted) {
            call.reply()
                    .array(2)
                    .bulk(entry.getKey().toString())
                    .array(entry.getValue().size());
            entry.getValue().forEach(call.reply()::bulk);
        }
    }

    private static void xinfo(Call call) {
        if (!call.says(1, "stream")) {
            throw CommandFailure.syntax();
        }
        StreamValue stream = streams(call).find(call.word(2)).orElseThrow(() -> new CommandFailure("ERR no such key"));
        call.reply().array(10).bulk("length").integer(stream.entries().size());
        call.reply().bulk("last-generated-id").bulk(stream.lastId().toString());
        call.reply().bulk("max-deleted-entry-id").bulk(stream.maxDeletedId().toString());
        call.reply().bulk("entries-added").integer(stream.entriesAdded());
        call.reply().bulk("recorded-first-entry-id").bulk(stream.firstId().toString());
    }
}

package io.pikaferry.worker.master.protobuf;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.BinlogOffset;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerRequest;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Slot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** What was said between a real Pika and a slave; the README beside the recordings describes the lines. */
record Transcript(List<Line> lines) {

    /**
     * @param fromMaster who spoke
     * @param frame with its length; empty for events and notes
     */
    record Line(String connection, int number, boolean fromMaster, ByteString frame, String event, String testCase) {

        boolean isMessage() {
            return !frame.isEmpty();
        }

        ByteString body() {
            return frame.substring(4);
        }

        InnerRequest request() {
            try {
                return InnerRequest.parseFrom(body());
            } catch (InvalidProtocolBufferException e) {
                throw new UncheckedIOException(e);
            }
        }

        InnerResponse response() {
            try {
                return InnerResponse.parseFrom(body());
            } catch (InvalidProtocolBufferException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param name such as {@code incremental-3.4.0} */
    static Transcript load(String name) {
        String resource = "/master/" + name + ".jsonl.gz";
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Transcript.class.getResourceAsStream(resource)), UTF_8))) {
            return new Transcript(in.lines().map(Transcript::line).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Line line(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            return new Line(
                    node.path("conn").asText(""),
                    node.path("cid").asInt(0),
                    node.path("dir").asText("").equals("m2s"),
                    ByteString.copyFrom(HexFormat.of().parseHex(node.path("hex").asText(""))),
                    node.path("event").asText(""),
                    node.path("case").asText(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Transcript of(String connection) {
        return new Transcript(lines.stream()
                .filter(line -> line.connection().equals(connection))
                .toList());
    }

    Transcript ofCase(String name) {
        return new Transcript(
                lines.stream().filter(line -> line.testCase().equals(name)).toList());
    }

    /** The items of each stream, as they came. */
    Map<StreamId, List<InnerResponse.BinlogSync>> items() {
        Map<StreamId, List<InnerResponse.BinlogSync>> items = new TreeMap<>();
        for (Line line : of("repl").lines()) {
            if (line.isMessage() && line.fromMaster()) {
                for (InnerResponse.BinlogSync item : line.response().getBinlogSyncList()) {
                    if (!item.getBinlog().isEmpty()) {
                        items.computeIfAbsent(stream(item.getSlot()), any -> new ArrayList<>())
                                .add(item);
                    }
                }
            }
        }
        return items;
    }

    /** Where the recorded slave began each stream. */
    Map<StreamId, BinlogPosition> began() {
        Map<StreamId, BinlogPosition> began = new TreeMap<>();
        for (Line line : of("repl").lines()) {
            if (line.isMessage() && !line.fromMaster()) {
                InnerRequest.BinlogSync request = line.request().getBinlogSync();
                if (request.getFirstSend()) {
                    began.put(
                            stream(Slot.newBuilder()
                                    .setDbName(request.getDbName())
                                    .setSlotId(request.getSlotId())
                                    .build()),
                            position(request.getAckRangeStart()));
                }
            }
        }
        return began;
    }

    /** The answer to the first MetaSync. */
    Optional<InnerResponse.MetaSync> registration() {
        return of("repl").lines().stream()
                .filter(line -> line.isMessage() && line.fromMaster())
                .map(Line::response)
                .filter(InnerResponse::hasMetaSync)
                .map(InnerResponse::getMetaSync)
                .findFirst();
    }

    static StreamId stream(Slot slot) {
        boolean numbered = !slot.getDbName().equals("default"); // 3.1 in sharding mode
        return new StreamId(numbered ? Integer.parseInt(slot.getDbName().substring(2)) : 0, slot.getSlotId());
    }

    static BinlogPosition position(BinlogOffset offset) {
        return new BinlogPosition(Integer.toUnsignedLong(offset.getFilenum()), offset.getOffset());
    }
}

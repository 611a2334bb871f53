package io.pikaferry.worker.master.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.FileRequest;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.FileResponse;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.MetaResponse;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncRequest;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncResponse;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncStatus;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Serves dumps as a Pika from 3.5 on does on port + 10001, and misbehaves on demand. */
final class FakeRsyncService implements AutoCloseable {

    /**
     * @param listed the names that the master tells
     * @param files all that it has
     */
    record Dump(String uuid, List<String> listed, Map<String, ByteString> files) {

        /** A dump with an info file and the uuid that belongs to it. */
        static Dump of(String info, Map<String, ByteString> files) {
            Map<String, ByteString> all = new TreeMap<>(files);
            all.put("info", ByteString.copyFromUtf8(info));
            return new Dump(DumpInfo.uuid(all.get("info").toByteArray()), List.copyOf(all.keySet()), all);
        }

        Dump listing(List<String> names) {
            return new Dump(uuid, names, files);
        }
    }

    private final ServerSocket server;
    private final Map<String, Dump> dumps = new ConcurrentHashMap<>();
    private final List<RsyncRequest> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<String> harm = new CopyOnWriteArrayList<>();
    private volatile int blockSize = 16 << 20;
    private volatile boolean dumping;
    private volatile boolean silentWhileDumping;
    private volatile Consumer<RsyncRequest> before = request -> {};
    private volatile UnaryOperator<RsyncResponse> mangle = response -> response;

    /** @param port 0 for any */
    FakeRsyncService(int port) {
        try {
            server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    /** All dumps that a recorded slave pulled, put together again; names in the order of the list. */
    static Map<String, Dump> recorded(Transcript transcript) {
        Map<String, String> uuids = new HashMap<>();
        Map<String, List<String>> listed = new HashMap<>();
        Map<String, Map<String, ByteString>> files = new HashMap<>();
        for (Transcript.Line line : transcript.of("rsync").lines()) {
            if (!line.isMessage() || !line.fromMaster()) {
                continue;
            }
            RsyncResponse response = response(line);
            if (response.getCode() != RsyncStatus.RSYNC_OK) {
                continue;
            }
            uuids.put(response.getDbName(), response.getSnapshotUuid());
            if (response.hasMetaResp()) {
                listed.put(response.getDbName(), response.getMetaResp().getFilenamesList());
            } else {
                files.computeIfAbsent(response.getDbName(), any -> new HashMap<>())
                        .merge(
                                response.getFileResp().getFilename(),
                                response.getFileResp().getData(),
                                ByteString::concat);
            }
        }
        Map<String, Dump> dumps = new HashMap<>();
        uuids.forEach((db, uuid) -> dumps.put(db, new Dump(uuid, listed.get(db), files.get(db))));
        return dumps;
    }

    private static RsyncResponse response(Transcript.Line line) {
        try {
            return RsyncResponse.parseFrom(line.body());
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    void serve(String db, Dump dump) {
        dumps.put(db, dump);
    }

    /** A read ends at a multiple of that. */
    void blocksOf(int bytes) {
        blockSize = bytes;
    }

    void dumping(boolean dumping) {
        this.dumping = dumping;
    }

    /** As 3.5.0. */
    void silentWhileDumping() {
        silentWhileDumping = true;
    }

    /** Called before each answer. */
    void before(Consumer<RsyncRequest> action) {
        before = action;
    }

    void mangle(UnaryOperator<RsyncResponse> mangle) {
        this.mangle = mangle;
    }

    List<RsyncRequest> requests() {
        return requests;
    }

    List<RsyncRequest> requests(String file) {
        return requests.stream()
                .filter(request -> request.getFileReq().getFilename().equals(file))
                .toList();
    }

    /** What would have crashed a real one. */
    List<String> harm() {
        return harm;
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    void dropConnections() {
        open.forEach(FakeRsyncService::close);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                daemon(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (InputStream in = new BufferedInputStream(socket.getInputStream())) {
            FrameInput frames = new FrameInput(in, FrameInput.PIKA_LIMIT);
            Map<Integer, OpenFile> readers = new HashMap<>();
            for (var frame = frames.next(); frame.isPresent(); frame = frames.next()) {
                RsyncRequest request = RsyncRequest.newBuilder()
                        .mergeFrom(CodedInputStream.newInstance(frame.get()), ExtensionRegistryLite.getEmptyRegistry())
                        .build();
                requests.add(request);
                if (request.getReaderIndex() < 0 || request.getReaderIndex() > 3) {
                    harm.add("reader " + request.getReaderIndex());
                    return;
                }
                before.accept(request);
                if (dumping && silentWhileDumping && request.getType() == RsyncType.RSYNC_META) {
                    continue;
                }
                socket.getOutputStream().write(Frames.of(mangle.apply(answer(request, readers))));
            }
        } catch (IOException e) {
            // the slave is gone
        }
    }

    /** A reader keeps its file open until it is asked for another, whatever becomes of the dump meanwhile. */
    private record OpenFile(String name, ByteString content) {}

    private RsyncResponse answer(RsyncRequest request, Map<Integer, OpenFile> readers) {
        RsyncResponse.Builder response = RsyncResponse.newBuilder()
                .setType(request.getType())
                .setReaderIndex(request.getReaderIndex())
                .setDbName(request.getDbName())
                .setSlotId(0)
                .setSnapshotUuid("")
                .setCode(RsyncStatus.RSYNC_ERR);
        Dump dump = dumps.get(request.getDbName());
        if (dump == null) {
            return response.build();
        }
        if (request.getType() == RsyncType.RSYNC_META) {
            if (!dumping) {
                response.setCode(RsyncStatus.RSYNC_OK)
                        .setSnapshotUuid(dump.uuid())
                        .setMetaResp(MetaResponse.newBuilder().addAllFilenames(dump.listed()));
            }
            return response.build();
        }
        FileRequest wish = request.getFileReq();
        response.setSnapshotUuid(dump.uuid());
        OpenFile open = readers.get(request.getReaderIndex());
        if (open == null || !open.name().equals(wish.getFilename())) {
            if (!dump.files().containsKey(wish.getFilename())) {
                readers.remove(request.getReaderIndex());
                return response.build();
            }
            open = new OpenFile(wish.getFilename(), dump.files().get(wish.getFilename()));
            readers.put(request.getReaderIndex(), open);
        }
        ByteString file = open.content();
        if (wish.getOffset() > file.size()) {
            harm.add("offset " + wish.getOffset() + " of a file of " + file.size() + " bytes");
            return response.build();
        }
        int from = (int) wish.getOffset();
        long endOfBlock = (from / blockSize + 1L) * blockSize;
        int to = (int) Math.min(Math.min(file.size(), from + wish.getCount()), endOfBlock);
        return response.setCode(RsyncStatus.RSYNC_OK)
                .setFileResp(FileResponse.newBuilder()
                        .setEof(to == file.size() ? 1 : 0)
                        .setCount(to - from)
                        .setOffset(from)
                        .setData(file.substring(from, to))
                        .setChecksum("")
                        .setFilename(wish.getFilename()))
                .build();
    }

    private static void daemon(Runnable body) {
        Thread thread = new Thread(body, "fake-rsync-service");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        dropConnections();
    }
}

package io.pikaferry.standin.replication.pull;

import com.google.protobuf.ByteString;
import io.pikaferry.standin.dump.Dump;
import io.pikaferry.standin.dump.DumpInfo;
import io.pikaferry.standin.dump.Dumps;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.net.Listener;
import io.pikaferry.standin.replication.protobuf.rsync.FileRequest;
import io.pikaferry.standin.replication.protobuf.rsync.FileResponse;
import io.pikaferry.standin.replication.protobuf.rsync.MetaResponse;
import io.pikaferry.standin.replication.protobuf.rsync.RsyncRequest;
import io.pikaferry.standin.replication.protobuf.rsync.RsyncResponse;
import io.pikaferry.standin.replication.protobuf.rsync.StatusCode;
import io.pikaferry.standin.replication.protobuf.rsync.Type;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * Lists the files of the last dump and reads them out, piece by piece and without any password.
 *
 * <p>A piece never crosses a border of 16 MiB. Each answer names the dump by the MD5 of its info, which
 * changes when a new dump takes the old one's place. An index of a reader beyond 3 kills a real master,
 * and this one too.
 */
public final class RsyncService implements Closeable {

    private static final int READERS = 4;
    private static final long BLOCK = 16L << 20;
    private static final int LONGEST_REQUEST = 1 << 20;
    private static final Duration IDLE = Duration.ofSeconds(60);

    private final IntFunction<Dumps> dumps;
    private final int databases;
    private final Faults faults;
    private final Runnable crash;
    private final Listener listener;

    /**
     * Listens at once.
     *
     * @param dumps by database
     * @param crash what happens to the process when a request kills a real master
     */
    public RsyncService(
            InetSocketAddress address, IntFunction<Dumps> dumps, int databases, Faults faults, Runnable crash)
            throws IOException {
        this.dumps = dumps;
        this.databases = databases;
        this.faults = faults;
        this.crash = crash;
        listener = new Listener("rsync service", address, this::serve);
    }

    private void serve(Socket socket) throws IOException {
        socket.setSoTimeout((int) IDLE.toMillis());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        while (true) {
            byte[] head = in.readNBytes(4);
            if (head.length < 4) {
                return;
            }
            int length = ByteBuffer.wrap(head).getInt();
            if (length < 0 || length > LONGEST_REQUEST) {
                throw new IOException("a request of " + Integer.toUnsignedString(length) + " bytes");
            }
            RsyncRequest request = RsyncRequest.parseFrom(in.readNBytes(length));
            if (request.getReaderIndex() < 0 || request.getReaderIndex() >= READERS) {
                crash.run();
                return;
            }
            if (request.getType() == Type.kRsyncFile && !faults.takeTransfer()) {
                return;
            }
            byte[] answer = answer(request).toByteArray();
            out.writeInt(answer.length);
            out.write(answer);
            out.flush();
        }
    }

    private RsyncResponse answer(RsyncRequest request) throws IOException {
        RsyncResponse.Builder response = RsyncResponse.newBuilder()
                .setType(request.getType())
                .setReaderIndex(request.getReaderIndex())
                .setSnapshotUuid("")
                .setDbName(request.getDbName())
                .setSlotId(request.getSlotId())
                .setCode(StatusCode.kErr);
        Optional<Dumps> own = database(request.getDbName());
        if (own.isEmpty() || own.get().isBeingMade()) {
            return response.build();
        }
        Optional<Dump> dump = own.get().latest();
        if (dump.isPresent()) {
            response.setSnapshotUuid(dump.get().uuid());
        }
        if (request.getType() == Type.kRsyncMeta) {
            return response.setCode(StatusCode.kOk)
                    .setMetaResp(MetaResponse.newBuilder().addAllFilenames(list(dump, own.get())))
                    .build();
        }
        if (dump.isPresent()) {
            Optional<FileResponse> piece = read(dump.get(), request.getFileReq());
            if (piece.isPresent()) {
                response.setCode(StatusCode.kOk).setFileResp(piece.get());
            }
        }
        return response.build();
    }

    private Optional<Dumps> database(String name) {
        boolean known = name.matches("db\\d") && name.charAt(2) - '0' < databases;
        return known ? Optional.of(dumps.apply(name.charAt(2) - '0')) : Optional.empty();
    }

    /** Streams are in the dump but not in the list. */
    private static List<String> list(Optional<Dump> dump, Dumps own) throws IOException {
        List<String> names = new ArrayList<>();
        if (dump.isPresent()) {
            for (String directory : own.format().directories()) {
                try (Stream<Path> files = Files.list(dump.get().directory().resolve(directory))) {
                    files.forEach(file -> names.add(directory + "/" + file.getFileName()));
                }
            }
        }
        names.add(DumpInfo.FILE);
        return names;
    }

    private static Optional<FileResponse> read(Dump dump, FileRequest request) throws IOException {
        Path root = dump.directory().toAbsolutePath().normalize();
        Path path = root.resolve(request.getFilename()).normalize();
        if (!path.startsWith(root) || !Files.isRegularFile(path)) {
            return Optional.empty();
        }
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            long offset = request.getOffset();
            long toBorder = BLOCK - offset % BLOCK;
            long left = Math.max(0, file.size() - offset);
            int count = (int) Math.min(Math.min(request.getCount(), toBorder), left);
            ByteBuffer piece = ByteBuffer.allocate(count);
            while (piece.hasRemaining()) {
                if (file.read(piece, offset + piece.position()) < 0) {
                    return Optional.empty();
                }
            }
            return Optional.of(FileResponse.newBuilder()
                    .setEof(offset + count >= file.size() ? 1 : 0)
                    .setCount(count)
                    .setOffset(offset)
                    .setData(ByteString.copyFrom(piece.flip()))
                    .setChecksum("")
                    .setFilename(request.getFilename())
                    .build());
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}

package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.standin.Transcript.Line;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.resp.MalformedRequestException;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.resp.RequestReader;
import io.pikaferry.standin.version.Generation;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Plays the slave's side of a recorded session of 2.3 or 3.0 and checks the master's. Writes that the
 * recorded master had meanwhile are read off the items it sent, and executed before they are expected.
 */
final class TrysyncPlayer implements AutoCloseable {

    private static final int READ_TIMEOUT_MILLIS = 10_000;
    private static final int FRAME_HEAD = 6;
    private static final int ITEM_HEAD = 34;
    private static final int PLAIN_EXTRAS = 4;

    /** What a test does at a line of its own choice; whether the line is thereby dealt with. */
    @FunctionalInterface
    interface Interference {
        boolean at(Line line) throws Exception;
    }

    private final StandinMaster master;
    private final AtomicLong clock;
    private final String recordedPortStem;
    private final String ownPortStem;
    private final RecordedTime time;
    private final Map<String, Socket> sockets = new HashMap<>();
    private final Map<Integer, ServerSocket> listeners = new HashMap<>();
    private int advertisedPort;

    /**
     * @param recordedPortStem the first four digits of the ports the slave advertised
     * @param time the master's
     */
    TrysyncPlayer(StandinMaster master, AtomicLong clock, String recordedPortStem, RecordedTime time)
            throws IOException {
        this.master = master;
        this.clock = clock;
        this.recordedPortStem = recordedPortStem;
        this.time = time;
        this.ownPortStem = freeStem();
        for (int digit = 0; digit < 10; digit++) {
            int port = Integer.parseInt(ownPortStem + digit);
            listeners.put(port, new ServerSocket(port + 1000, 10, InetAddress.getLoopbackAddress()));
        }
    }

    private static String freeStem() {
        for (int stem = 2000; stem < 5000; stem++) {
            if (isFree(stem)) {
                return Integer.toString(stem);
            }
        }
        throw new IllegalStateException("no ten ports in a row");
    }

    private static boolean isFree(int stem) {
        for (int digit = 0; digit < 10; digit++) {
            try (ServerSocket probe = new ServerSocket(stem * 10 + digit + 1000)) {
                probe.setReuseAddress(false);
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }

    /** Of the slave whose advertised port ends in that digit. */
    int rsyncPort(int digit) {
        return Integer.parseInt(ownPortStem + digit) + 3000;
    }

    void play(List<Line> lines, Interference interference) throws Exception {
        for (Line line : lines) {
            time.comeTo(line);
            if (interference.at(line) || line.isNote()) {
                continue;
            }
            if (line.fromSlave()) {
                act(line);
            } else {
                expect(line);
            }
        }
    }

    void act(Line line) throws IOException {
        int port = line.isOn("heartbeat")
                ? master.address().getPort() + 2000
                : master.address().getPort();
        switch (line.event()) {
            case "open" -> {
                Socket socket = new Socket();
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                socket.setSoTimeout(READ_TIMEOUT_MILLIS);
                sockets.put(line.connection(), socket);
            }
            case "close" -> {
                Socket socket = sockets.remove(line.connection());
                if (line.isOn("binlog")) {
                    socket.close(); // a master does not read it
                } else {
                    RecordedTime.hangUp(socket);
                }
            }
            case "connection refused" -> assertThatThrownBy(
                            () -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                    .isInstanceOf(ConnectException.class);
            default -> sockets.get(line.connection()).getOutputStream().write(withOwnPort(line.bytes()));
        }
    }

    private byte[] withOwnPort(byte[] request) {
        String text = new String(request, ISO_8859_1);
        if (!text.contains("trysync")) {
            return request;
        }
        String own = text.replace(recordedPortStem, ownPortStem);
        if (!own.equals(text)) {
            int at = own.lastIndexOf(ownPortStem);
            advertisedPort = Integer.parseInt(own.substring(at, at + 5));
        }
        return own.getBytes(ISO_8859_1);
    }

    private void expect(Line line) throws IOException {
        switch (line.event()) {
            case "open" -> {
                Socket dialled = listeners.get(advertisedPort).accept();
                dialled.setSoTimeout(READ_TIMEOUT_MILLIS);
                sockets.put(line.connection(), dialled);
            }
            case "eof" -> {
                assertThat(readEnd(sockets.get(line.connection())))
                        .as(line.toString())
                        .isEqualTo(-1);
                sockets.remove(line.connection()).close();
            }
            default -> {
                byte[] expected = line.bytes();
                if (line.isOn("binlog")) {
                    execute(expected);
                }
                byte[] actual = sockets.get(line.connection()).getInputStream().readNBytes(expected.length);
                assertThat(HexFormat.of().formatHex(actual)).as(line.toString()).isEqualTo(line.hex());
            }
        }
    }

    private static int readEnd(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (java.net.SocketException reset) {
            return -1;
        }
    }

    /** Logs what was recorded, at its time, unless the master has it in its log already. */
    void execute(byte[] chunk) throws IOException {
        if (master.version().generation() == Generation.A) {
            executePlain(chunk);
            return;
        }
        ByteBuffer head = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
        boolean isItem = head.getShort(0) == 2;
        if (!isItem
                || head.getLong(FRAME_HEAD + 10) < master.database(0).binlog().items()) {
            return;
        }
        clock.set(Integer.toUnsignedLong(head.getInt(FRAME_HEAD + 2)) * 1000);
        int start = FRAME_HEAD + ITEM_HEAD;
        Request logged = new RequestReader(new ByteArrayInputStream(chunk, start, chunk.length - start))
                .next()
                .orElseThrow();
        master.execute(0, logged);
    }

    /** Whole commands of 2.3; what a chunk holds of others was logged before the session began. */
    private void executePlain(byte[] chunk) throws IOException {
        if (chunk[0] != '*') {
            return;
        }
        RequestReader reader = new RequestReader(new ByteArrayInputStream(chunk));
        try {
            for (Optional<Request> logged = reader.next(); logged.isPresent(); logged = reader.next()) {
                if (!logged.get().name().equals("auth")) {
                    execute(logged.get());
                }
            }
        } catch (EOFException | MalformedRequestException partOfACommand) {
            assertThat(master.end()).as("logged before").isNotEqualTo(new Position(0, 0));
        }
    }

    private void execute(Request logged) {
        List<Bytes> words = logged.words();
        ByteBuffer info = ByteBuffer.wrap(words.get(words.size() - 2).array()).order(ByteOrder.LITTLE_ENDIAN);
        Position start = new Position(Integer.toUnsignedLong(info.getInt(4)), info.getLong(8));
        if (start.compareTo(master.end()) >= 0) {
            clock.set(Integer.toUnsignedLong(info.getInt(0)) * 1000);
            master.execute(0, new Request(words.subList(0, words.size() - PLAIN_EXTRAS)));
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets.values()) {
            socket.close();
        }
        for (ServerSocket listener : listeners.values()) {
            listener.close();
        }
    }
}

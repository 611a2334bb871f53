package io.pikaferry.standin.recording;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.standin.StandinMaster;
import io.pikaferry.standin.resp.Request;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A client connection whose replies are read as they are. */
final class Client implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;

    Client(StandinMaster master) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), master.address().getPort());
        in = new BufferedInputStream(socket.getInputStream());
    }

    String send(String... words) throws IOException {
        return send(Request.of(words));
    }

    /** The reply's bytes, one char each. */
    String send(Request request) throws IOException {
        socket.getOutputStream().write(request.encoded());
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        read(reply);
        return reply.toString(ISO_8859_1);
    }

    private void read(ByteArrayOutputStream reply) throws IOException {
        String line = line(reply);
        int number = "$*".indexOf(line.charAt(0)) < 0 ? -1 : Integer.parseInt(line.substring(1));
        if (line.startsWith("$") && number >= 0) {
            reply.write(in.readNBytes(number + 2));
        }
        for (int i = 0; line.startsWith("*") && i < number; i++) {
            read(reply);
        }
    }

    private String line(ByteArrayOutputStream reply) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the master closed");
            }
            line.write(next);
        }
        line.write('\n');
        reply.write(line.toByteArray());
        return line.toString(ISO_8859_1).strip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

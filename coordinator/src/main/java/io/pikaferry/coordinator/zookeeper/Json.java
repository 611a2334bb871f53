package io.pikaferry.coordinator.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;

/** Messages as protobuf JSON. Fields that only a newer release knows are passed over. */
final class Json {

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private Json() {}

    static byte[] bytes(Message message) {
        try {
            return PRINTER.print(message).getBytes(UTF_8);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e); // only messages with an Any can fail
        }
    }

    /** The builder, filled; left empty by an empty node. */
    static <B extends Message.Builder> B read(String path, byte[] json, B into) {
        if (json.length == 0) {
            return into;
        }
        try {
            PARSER.merge(new String(json, UTF_8), into);
            return into;
        } catch (InvalidProtocolBufferException e) {
            throw new FerryException(
                    ErrorCode.INTERNAL,
                    "what is stored at %s is not a %s"
                            .formatted(path, into.getDescriptorForType().getName()),
                    e);
        }
    }
}

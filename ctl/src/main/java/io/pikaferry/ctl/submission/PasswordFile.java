package io.pikaferry.ctl.submission;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that holds one password and nothing else; the newline that an editor leaves at its end does not count. */
record PasswordFile(Path path) {

    private static final int LIMIT = 64 * 1024;

    PasswordFile {
        requireNonNull(path, "path is null");
    }

    ByteString read() {
        byte[] content;
        try {
            if (Files.isRegularFile(path) && Files.size(path) > LIMIT) {
                throw new IllegalArgumentException("%s is longer than a password can be".formatted(path));
            }
            content = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file %s".formatted(path), e);
        } catch (AccessDeniedException e) {
            throw new IllegalArgumentException("%s may not be read".formatted(path), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("%s cannot be read: %s".formatted(path, e.getMessage()), e);
        }
        int end = content.length;
        if (end > 0 && content[end - 1] == '\n') {
            end--;
        }
        if (end > 0 && content[end - 1] == '\r') {
            end--;
        }
        if (end == 0) {
            throw new IllegalArgumentException("%s is empty".formatted(path));
        }
        return ByteString.copyFrom(content, 0, end);
    }
}

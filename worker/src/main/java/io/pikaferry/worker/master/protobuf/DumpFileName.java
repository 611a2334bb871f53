package io.pikaferry.worker.master.protobuf;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Names in the list of a dump's files, which become names on our disk: nothing may lead out of the dump's directory. */
final class DumpFileName {

    /** {@code info}, or a file in a sub-database: {@code strings/000009.sst}, {@code 0/CURRENT}. */
    private static final Pattern FORM = Pattern.compile("info|[a-z0-9]{1,32}/[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private DumpFileName() {}

    /** @throws FerryException SNAPSHOT_CORRUPT if no dump has such a file */
    static Path resolve(Path directory, String name) {
        if (!FORM.matcher(name).matches()) {
            throw new FerryException(
                    ErrorCode.SNAPSHOT_CORRUPT,
                    "the master lists a file of its dump under a name that no dump has (%d characters)"
                            .formatted(name.length()));
        }
        return directory.resolve(name);
    }
}

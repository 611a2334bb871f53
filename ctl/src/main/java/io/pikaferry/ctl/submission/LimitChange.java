package io.pikaferry.ctl.submission;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.SetJobRequest;
import io.pikaferry.proto.v1.Throttle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Reads what is to change of a job's limits: {@code rate-commands=5000}, {@code rate-bytes=none}. */
public final class LimitChange {

    private static final Map<String, BiConsumer<SetJobRequest.Builder, String>> SETTINGS = new LinkedHashMap<>();

    static {
        SETTINGS.put(
                "rate-commands",
                (request, text) ->
                        request.setCommandsPerSecond(isNone(text) ? 0 : Assembly.number(text, 1, Long.MAX_VALUE)));
        SETTINGS.put(
                "rate-bytes", (request, text) -> request.setBytesPerSecond(isNone(text) ? 0 : Assembly.bytes(text)));
        SETTINGS.put(
                "throttle",
                (request, text) ->
                        request.setThrottle(Assembly.choice(text, Throttle.THROTTLE_AUTO, Throttle.THROTTLE_OFF)));
    }

    private LimitChange() {}

    /** @throws FerryException with INVALID_ARGUMENT if a setting is unknown, given twice or not possible */
    public static SetJobRequest parse(String job, List<String> settings) {
        SetJobRequest.Builder request = SetJobRequest.newBuilder().setName(job);
        Map<String, String> given = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw wrong("expected SETTING=VALUE, got '" + setting + "'");
            }
            String name = setting.substring(0, equals);
            Set<String> known = SETTINGS.keySet();
            if (!known.contains(name)) {
                throw wrong("there is no setting '%s'%s; there are %s"
                        .formatted(name, NearestName.hint(name, known), String.join(", ", known)));
            }
            if (given.put(name, setting.substring(equals + 1)) != null) {
                throw wrong(name + " is given twice");
            }
        }
        given.forEach((name, text) -> {
            try {
                SETTINGS.get(name).accept(request, text);
            } catch (IllegalArgumentException e) {
                throw new FerryException(ErrorCode.INVALID_ARGUMENT, name + ": " + e.getMessage(), e);
            }
        });
        return request.build();
    }

    private static boolean isNone(String text) {
        return text.equals("none");
    }

    private static FerryException wrong(String message) {
        return new FerryException(ErrorCode.INVALID_ARGUMENT, message);
    }
}

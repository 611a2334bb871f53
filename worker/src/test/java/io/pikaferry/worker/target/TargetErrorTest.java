package io.pikaferry.worker.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class TargetErrorTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OOM command not allowed when used memory > 'maxmemory'. | TARGET_OUT_OF_MEMORY | true",
                "READONLY You can't write against a read only replica. | TARGET_READ_ONLY | true",
                "LOADING Redis is loading the dataset in memory | TARGET_NOT_READY | true",
                "BUSY Redis is busy running a script. | TARGET_NOT_READY | true",
                "MISCONF Redis is configured to save RDB snapshots | TARGET_NOT_READY | true",
                "MASTERDOWN Link with MASTER is down | TARGET_NOT_READY | true",
                "NOREPLICAS Not enough good replicas to write. | TARGET_NOT_READY | true",
                "CLUSTERDOWN The cluster is down | TARGET_NOT_READY | true",
                "TRYAGAIN Multiple keys request during rehashing of slot | TARGET_NOT_READY | true",
                "NOAUTH Authentication required. | TARGET_AUTH | false",
                "WRONGPASS invalid username-password pair | TARGET_AUTH | false",
                "ERR invalid password | TARGET_AUTH | false",
                "ERR AUTH <password> called without any password configured | TARGET_AUTH | false",
                "NOPERM this user has no permissions | TARGET_NO_PERMISSION | false",
                "MOVED 3999 127.0.0.1:6381 | TARGET_UNSUPPORTED | false",
                "ASK 3999 127.0.0.1:6381 | TARGET_UNSUPPORTED | false",
                "CROSSSLOT Keys in request don't hash to the same slot | TARGET_UNSUPPORTED | false",
                "WRONGTYPE Operation against a key | TARGET_REJECTED_COMMAND | false",
                "ERR unknown command 'x' | TARGET_REJECTED_COMMAND | false",
                "ERR Error running script (call to f_1a): @user_script:1: @user_script: 1: -OOM command not allowed | TARGET_OUT_OF_MEMORY | true",
                "ERR Error running script (call to f_1a): @user_script:1: -OOM command not allowed | TARGET_OUT_OF_MEMORY | true",
                "ERR Error running script (call to f_1a): @user_script:1: READONLY You can't write | TARGET_READ_ONLY | true",
                "ERR Error running script (call to f_1a): @user_script: 1: -NOPERM no | TARGET_NO_PERMISSION | false",
                "ERR Error running script (call to f_1a): @user_script:1: WRONGTYPE Operation | TARGET_REJECTED_COMMAND | false",
                "ERR Error running script (call to f_1a): @user_script:1: user_script:1: oh | TARGET_REJECTED_COMMAND | false",
                "OOM command not allowed. script: 1a, on @user_script:1. | TARGET_OUT_OF_MEMORY | true",
            })
    void theFirstWordSaysWhoseFaultItIs(String message, ErrorCode code, boolean passes) {
        TargetError error = new TargetError(message);

        assertThat(error.code()).isEqualTo(code);
        assertThat(error.transientRefusal()).isEqualTo(passes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"oom in lower case", "OOMish", " OOM", ""})
    void onlyTheWholeFirstWordCounts(String message) {
        assertThat(new TargetError(message).code()).isEqualTo(ErrorCode.TARGET_REJECTED_COMMAND);
    }

    @Test
    void anErrorOfOneWordIsItsKind() {
        assertThat(new TargetError("OOM").kind()).isEqualTo("OOM");
        assertThat(new TargetError("OOM full").kind()).isEqualTo("OOM");
        assertThat(new TargetError("").kind()).isEmpty();
    }

    @Test
    void asAnExceptionItSaysWhereAndWhat() {
        TargetAddress target = TargetAddress.parse("redis://redis.example:7000/2", Optional.empty());

        FerryException e = new TargetError("NOPERM no").asException(target, "raising the fence");

        assertThat(e).hasMessage("target redis.example:7000/2 refused raising the fence: NOPERM no");
        assertThat(e.code()).isEqualTo(ErrorCode.TARGET_NO_PERMISSION);
    }
}

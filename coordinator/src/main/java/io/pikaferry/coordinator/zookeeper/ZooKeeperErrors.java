package io.pikaferry.coordinator.zookeeper;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.ErrorResult;

/** Curator's {@code throws Exception}, in our words. */
final class ZooKeeperErrors {

    private ZooKeeperErrors() {}

    static FerryException translate(String doing, Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        if (e instanceof FerryException known) {
            return known;
        }
        if (e instanceof KeeperException.ConnectionLossException
                || e instanceof KeeperException.SessionExpiredException
                || e instanceof KeeperException.OperationTimeoutException
                || e instanceof IllegalStateException // Curator's, when it is being closed
                || e instanceof InterruptedException) {
            return new FerryException(
                    ErrorCode.ZOOKEEPER_UNREACHABLE, "could not %s: ZooKeeper is not reachable".formatted(doing), e);
        }
        return new FerryException(ErrorCode.INTERNAL, "could not %s: %s".formatted(doing, e), e);
    }

    /** Which operation of a multi failed is not in the exception's type; -1 if none did. */
    static int failedOperation(KeeperException e) {
        if (e.getResults() == null) {
            return -1;
        }
        int i = 0;
        for (OpResult result : e.getResults()) {
            if (result instanceof ErrorResult error
                    && error.getErr() != KeeperException.Code.OK.intValue()
                    && error.getErr() != KeeperException.Code.RUNTIMEINCONSISTENCY.intValue()) {
                return i;
            }
            i++;
        }
        return -1;
    }
}

package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.ErrorsReport;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.proto.v1.ListErrorsResponse;
import io.pikaferry.proto.v1.SettleAction;
import io.pikaferry.proto.v1.SettleErrorsRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Has something done about entries of a job's error ledger, and waits for it if that is wanted. */
final class ErrorSettlement {

    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Ferryctl ferryctl;
    private final String job;
    private final SettleAction action;

    ErrorSettlement(Ferryctl ferryctl, String job, SettleAction action) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
        this.job = requireNonNull(job, "job is null");
        this.action = requireNonNull(action, "action is null");
    }

    void of(List<String> ids, boolean all, boolean wait) {
        if (all != ids.isEmpty()) {
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, "name the entries by their ids, or say --all");
        }
        SettleErrorsRequest request = SettleErrorsRequest.newBuilder()
                .setName(job)
                .setAction(action)
                .addAllIds(ids)
                .setAll(all)
                .build();
        ListErrorsResponse settled = ferryctl.coordinator().jobs(stub -> stub.settleErrors(request));
        ferryctl.print(new ErrorsReport(job, wait ? answered(settled) : settled));
    }

    private ListErrorsResponse answered(ListErrorsResponse settled) {
        Set<String> ids =
                settled.getErrorsList().stream().map(LedgerEntry::getId).collect(Collectors.toSet());
        Instant start = ferryctl.now();
        while (true) {
            ListErrorsResponse now = ListErrorsResponse.newBuilder()
                    .addAllErrors(ErrorsListCommand.ledger(ferryctl, job).getErrorsList().stream()
                            .filter(entry -> ids.contains(entry.getId()))
                            .toList())
                    .build();
            long left = now.getErrorsList().stream()
                    .filter(entry -> entry.getState().equals("retrying"))
                    .count();
            if (left == 0) {
                return now;
            }
            Optional<Duration> timeout = ferryctl.timeout();
            if (timeout.isPresent() && !ferryctl.now().isBefore(start.plus(timeout.get()))) {
                throw new FerryException(
                        ErrorCode.TIMED_OUT,
                        "%d of %d entries of job %s are still retrying".formatted(left, ids.size(), job));
            }
            pause();
        }
    }

    private void pause() {
        try {
            ferryctl.time().pause(INTERVAL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FerryException(ErrorCode.TIMED_OUT, "interrupted while waiting for the ledger of job " + job, e);
        }
    }
}

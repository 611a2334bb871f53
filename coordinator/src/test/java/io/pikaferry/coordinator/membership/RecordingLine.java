package io.pikaferry.coordinator.membership;

import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import java.util.ArrayList;
import java.util.List;

/** Writes down what is said. */
public final class RecordingLine implements WorkerLine {

    public final List<String> said = new ArrayList<>();
    public final List<String> tuned = new ArrayList<>();
    public final List<AssignOrder> orders = new ArrayList<>();

    @Override
    public void assign(AssignOrder order) {
        orders.add(order);
        said.add("assign %s %d".formatted(order.spec().name(), order.epoch()));
    }

    @Override
    public void tune(JobId job, long epoch, Limits limits) {
        tuned.add("tune %s %d: %s, throttle %s".formatted(job, epoch, limits.rate(), limits.throttle()));
    }

    @Override
    public void grant(JobId job, long epoch) {
        said.add("grant %s %d".formatted(job, epoch));
    }

    @Override
    public void revoke(JobId job, long epoch, String why) {
        said.add("revoke %s %d: %s".formatted(job, epoch, why));
    }

    @Override
    public void end(FerryException why) {
        said.add("end: " + why.getMessage());
    }
}

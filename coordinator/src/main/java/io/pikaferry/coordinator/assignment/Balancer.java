package io.pikaferry.coordinator.assignment;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingDouble;

import io.pikaferry.coordinator.job.DesiredState;
import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.MoveWish;
import io.pikaferry.coordinator.membership.WorkerRegistry.Member;
import io.pikaferry.model.WorkerId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Decides who runs what. Pure: the same jobs and workers, the same plan.
 *
 * <p>In this order: what the operator does not want to run is let go of; jobs without a worker are placed, those that
 * have run before first; then jobs are moved, if what they are to move to has room left. A running job is never moved
 * for the sake of balance: moving costs more than an uneven spread, and a snapshot would begin again.
 *
 * <p>A job goes to where the operator wants it, else to where it ran last (a dump may still lie there), else to the
 * worker that is filled least. A worker never gets more than it has slots.
 */
final class Balancer {

    private final Map<WorkerId, Member> workers;
    private final Map<WorkerId, Integer> load = new HashMap<>(); // slots in use, those given away below included
    private final Plan plan = new Plan(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());

    private Balancer(Collection<Member> workers) {
        this.workers = workers.stream().collect(Collectors.toMap(Member::id, Function.identity()));
    }

    static Plan plan(Collection<MigrationJob> jobs, Collection<Member> workers) {
        return new Balancer(workers).decide(jobs);
    }

    private Plan decide(Collection<MigrationJob> jobs) {
        List<MigrationJob> running = jobs.stream()
                .filter(job -> job.observed() == JobState.RUNNING)
                .sorted(comparing(job -> job.id().value()))
                .toList();
        running.forEach(job -> load.merge(job.worker().orElseThrow(), 1, Integer::sum));

        running.stream().filter(job -> job.desired() != DesiredState.RUN).forEach(job -> plan.revoke()
                .put(job.id(), "the operator wants " + job.desired()));
        jobs.stream()
                .filter(job -> job.observed() == JobState.PENDING)
                .sorted(comparing((MigrationJob job) -> job.lastWorker().isEmpty())
                        .thenComparing(MigrationJob::createdAt)
                        .thenComparing(job -> job.id().value()))
                .forEach(this::place);
        running.stream().filter(job -> job.desired() == DesiredState.RUN).forEach(this::moveAway);
        return plan;
    }

    private void place(MigrationJob job) {
        Optional<Member> chosen = choose(job, job.move());
        chosen.ifPresentOrElse(
                worker -> {
                    plan.assign().put(job.id(), worker.id());
                    load.merge(worker.id(), 1, Integer::sum);
                },
                () -> plan.unplaced().put(job.id(), whyNot(job)));
    }

    /** Only who is leaving loses a job that has nowhere to go. */
    private void moveAway(MigrationJob job) {
        Member holder = workers.get(job.worker().orElseThrow());
        if (holder == null) {
            return;
        }
        if (holder.leaving()) {
            revokeTowards(choose(job, Optional.empty()), job, "the worker is leaving");
            plan.revoke().putIfAbsent(job.id(), "the worker is leaving");
        } else if (job.move().isPresent()) {
            revokeTowards(moveTarget(job, job.move().get()), job, "the operator moves it");
        } else if (holder.worker().draining()) {
            revokeTowards(choose(job, Optional.empty()), job, "the worker is drained");
        }
    }

    private void revokeTowards(Optional<Member> destination, MigrationJob job, String why) {
        destination.ifPresent(worker -> {
            plan.revoke().put(job.id(), why);
            load.merge(worker.id(), 1, Integer::sum);
        });
    }

    private Optional<Member> moveTarget(MigrationJob job, MoveWish move) {
        return move.to().isPresent()
                ? move.to().map(workers::get).filter(worker -> suits(worker, job))
                : leastLoaded(job, move.from());
    }

    /** Where a job without a worker goes. The operator's wish yields if it cannot be met: running counts more. */
    private Optional<Member> choose(MigrationJob job, Optional<MoveWish> move) {
        if (move.isPresent()) {
            Optional<Member> wanted = moveTarget(job, move.get());
            return wanted.isPresent() ? wanted : leastLoaded(job, Optional.empty());
        }
        Optional<Member> last = job.lastWorker().map(workers::get).filter(worker -> suits(worker, job));
        return last.isPresent() ? last : leastLoaded(job, Optional.empty());
    }

    private Optional<Member> leastLoaded(MigrationJob job, Optional<WorkerId> but) {
        Comparator<Member> byLoad =
                comparingDouble(worker -> (load(worker) + 1.0) / worker.worker().capacity());
        return workers.values().stream()
                .filter(worker -> !but.equals(Optional.of(worker.id())) && suits(worker, job))
                .min(byLoad.thenComparing(worker -> worker.id().value()));
    }

    private boolean suits(Member worker, MigrationJob job) {
        return worker.takesJobs() && hasRoom(worker) && matches(worker, job);
    }

    private boolean hasRoom(Member worker) {
        return load(worker) < worker.worker().capacity();
    }

    private int load(Member worker) {
        return load.getOrDefault(worker.id(), 0);
    }

    static boolean matches(Member worker, MigrationJob job) {
        return worker.worker()
                .labels()
                .entrySet()
                .containsAll(job.spec().workerSelector().entrySet());
    }

    private String whyNot(MigrationJob job) {
        List<Member> open = workers.values().stream().filter(Member::takesJobs).toList();
        if (open.isEmpty()) {
            return "no worker is connected that takes jobs (%d known)".formatted(workers.size());
        }
        if (open.stream().noneMatch(worker -> matches(worker, job))) {
            return "no connected worker has the labels " + job.spec().workerSelector();
        }
        return "all slots of the %d connected workers that could take it are in use"
                .formatted(open.stream().filter(worker -> matches(worker, job)).count());
    }
}

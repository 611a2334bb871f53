package io.pikaferry.coordinator.assignment;

import static io.pikaferry.coordinator.job.Jobs.FIRST;
import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.job.Jobs.W1;
import static io.pikaferry.coordinator.job.Jobs.W2;
import static io.pikaferry.coordinator.job.Jobs.after;
import static io.pikaferry.coordinator.job.Jobs.pending;
import static io.pikaferry.coordinator.job.Jobs.runningOn;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.coordinator.job.Holder;
import io.pikaferry.coordinator.job.JobEvent;
import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.Jobs;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.membership.KnownWorker;
import io.pikaferry.coordinator.membership.WorkerRegistry.Member;
import io.pikaferry.coordinator.membership.WorkerRegistry.State;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BalancerTest {

    private static final WorkerId W3 = new WorkerId("w3");

    private static Member worker(WorkerId id, int capacity) {
        return worker(id, capacity, State.CONNECTED, false, false, false, Map.of());
    }

    private static Member worker(
            WorkerId id,
            int capacity,
            State state,
            boolean cordoned,
            boolean draining,
            boolean leaving,
            Map<String, String> labels) {
        return new Member(
                new KnownWorker(id, "h", capacity, "0.1", labels, cordoned, draining, NOON, false),
                state,
                Optional.empty(),
                leaving,
                "");
    }

    @Test
    void jobsAreSpreadOverWorkersByWhatTheyCanTake() {
        List<MigrationJob> jobs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            jobs.add(pending("j" + i));
        }

        Plan plan = Balancer.plan(jobs, List.of(worker(W1, 8), worker(W2, 4)));

        assertThat(plan.assign().values()).containsOnly(W1, W2);
        assertThat(plan.assign().values().stream().filter(W1::equals)).hasSize(4);
    }

    @Test
    void aRunningJobStaysWhereItIsHoweverUnevenTheSpread() {
        Plan plan = Balancer.plan(
                List.of(runningOn(W1, "a"), runningOn(W1, "b"), runningOn(W1, "c")),
                List.of(worker(W1, 4), worker(W2, 4)));

        assertThat(plan.assign()).isEmpty();
        assertThat(plan.revoke()).isEmpty();
    }

    @Test
    void aJobGoesBackToWhereItRanLast() {
        MigrationJob lost = after(runningOn(W2, "orders"), new JobEvent.WorkerLost(1, "silent"));

        Plan plan = Balancer.plan(List.of(lost, runningOn(W2, "a")), List.of(worker(W1, 4), worker(W2, 4)));

        assertThat(plan.assign()).isEqualTo(Map.of(ORDERS, W2));
    }

    @Test
    void jobsThatHaveRunGoBeforeNewOnes() {
        MigrationJob lost = after(runningOn(W2, "z-lost"), new JobEvent.WorkerLost(1, "silent"));

        Plan plan = Balancer.plan(List.of(pending("a-new"), lost), List.of(worker(W1, 1)));

        assertThat(plan.assign()).isEqualTo(Map.of(new JobId("z-lost"), W1));
        assertThat(plan.unplaced())
                .isEqualTo(Map.of(
                        new JobId("a-new"), "all slots of the 1 connected workers that could take it are in use"));
    }

    @Test
    void aSelectorIsHeeded() {
        MigrationJob selecting = MigrationJob.submitted(Jobs.selecting("orders", Map.of("zone", "b")), false, 0, NOON);
        Member inA = worker(W1, 4, State.CONNECTED, false, false, false, Map.of("zone", "a"));
        Member inB = worker(W2, 4, State.CONNECTED, false, false, false, Map.of("zone", "b", "disk", "ssd"));

        assertThat(Balancer.plan(List.of(selecting), List.of(inA, inB)).assign())
                .isEqualTo(Map.of(ORDERS, W2));
        assertThat(Balancer.plan(List.of(selecting), List.of(inA)).unplaced())
                .isEqualTo(Map.of(ORDERS, "no connected worker has the labels {zone=b}"));
    }

    @Test
    void whoIsNotConnectedOrCordonedOrLeavingGetsNothing() {
        List<Member> none = List.of(
                worker(W1, 4, State.GRACE, false, false, false, Map.of()),
                worker(W2, 4, State.CONNECTED, true, false, false, Map.of()),
                worker(W3, 4, State.CONNECTED, false, false, true, Map.of()));

        Plan plan = Balancer.plan(List.of(pending("orders")), none);

        assertThat(plan.assign()).isEmpty();
        assertThat(plan.unplaced()).isEqualTo(Map.of(ORDERS, "no worker is connected that takes jobs (3 known)"));
    }

    @Test
    void whatTheOperatorDoesNotWantToRunIsLetGoOf() {
        Plan plan = Balancer.plan(
                List.of(
                        after(runningOn(W1, "a"), new JobEvent.PauseRequested()),
                        after(runningOn(W1, "b"), new JobEvent.StopRequested())),
                List.of(worker(W1, 4)));

        assertThat(plan.revoke())
                .isEqualTo(
                        Map.of(new JobId("a"), "the operator wants PAUSE", new JobId("b"), "the operator wants STOP"));
    }

    @Test
    void aMoveWaitsForRoomAtItsDestination() {
        MigrationJob moving = after(runningOn(W1, "orders"), new JobEvent.MoveRequested(Optional.of(W2)));

        assertThat(Balancer.plan(List.of(moving, runningOn(W2, "a")), List.of(worker(W1, 4), worker(W2, 1)))
                        .revoke())
                .isEmpty();
        assertThat(Balancer.plan(List.of(moving), List.of(worker(W1, 4), worker(W2, 1)))
                        .revoke())
                .isEqualTo(Map.of(ORDERS, "the operator moves it"));
    }

    @Test
    void aReleasedJobGoesWhereTheOperatorMovesIt() {
        MigrationJob released = after(
                after(runningOn(W1, "orders"), new JobEvent.MoveRequested(Optional.of(W3))), new JobEvent.Released(1));

        assertThat(Balancer.plan(List.of(released), List.of(worker(W1, 4), worker(W2, 4), worker(W3, 4)))
                        .assign())
                .isEqualTo(Map.of(ORDERS, W3));
    }

    @Test
    void aReleasedJobThatIsToGoAnywhereElseDoesNotStay() {
        MigrationJob released = after(
                after(runningOn(W1, "orders"), new JobEvent.MoveRequested(Optional.empty())), new JobEvent.Released(1));

        assertThat(Balancer.plan(List.of(released), List.of(worker(W1, 9), worker(W2, 1)))
                        .assign())
                .isEqualTo(Map.of(ORDERS, W2));
        // running counts more than the wish
        assertThat(Balancer.plan(List.of(released), List.of(worker(W1, 9))).assign())
                .isEqualTo(Map.of(ORDERS, W1));
    }

    @Test
    void aDrainedWorkersJobsAreMovedAsFarAsThereIsRoom() {
        Member drained = worker(W1, 4, State.CONNECTED, true, true, false, Map.of());

        Plan plan = Balancer.plan(
                List.of(runningOn(W1, "a"), runningOn(W1, "b"), runningOn(W1, "c")), List.of(drained, worker(W2, 2)));

        assertThat(plan.revoke().keySet()).containsExactly(new JobId("a"), new JobId("b"));
    }

    @Test
    void aLeavingWorkersJobsAreLetGoOfInAnyCase() {
        Member leaving = worker(W1, 4, State.CONNECTED, false, false, true, Map.of());

        Plan plan = Balancer.plan(List.of(runningOn(W1, "a"), runningOn(W1, "b")), List.of(leaving));

        assertThat(plan.revoke()).hasSize(2);
    }

    /** Whatever the situation: nobody gets too much, nobody gets what it must not, and what can run does. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void plansKeepTheirPromises(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            List<Member> workers = someWorkers(random);
            List<MigrationJob> jobs = someJobs(random, workers);

            Plan plan = Balancer.plan(jobs, workers);

            assertThat(Balancer.plan(jobs, workers)).isEqualTo(plan);
            check(plan, jobs, workers);
        }
    }

    private static void check(Plan plan, List<MigrationJob> jobs, List<Member> workers) {
        Map<WorkerId, Member> byId = new HashMap<>();
        workers.forEach(worker -> byId.put(worker.id(), worker));
        Map<WorkerId, Integer> load = new HashMap<>();
        jobs.forEach(job -> job.worker().ifPresent(worker -> load.merge(worker, 1, Integer::sum)));
        Map<WorkerId, Integer> before = Map.copyOf(load);
        plan.assign().forEach((job, worker) -> {
            load.merge(worker, 1, Integer::sum);
            assertThat(byId.get(worker).takesJobs()).isTrue();
        });
        load.forEach((worker, jobsThere) -> assertThat(jobsThere)
                .isLessThanOrEqualTo(Math.max(byId.get(worker).worker().capacity(), before.getOrDefault(worker, 0))));
        for (MigrationJob job : jobs) {
            boolean isPending = job.observed() == JobState.PENDING;
            assertThat(plan.assign().containsKey(job.id()) || plan.unplaced().containsKey(job.id()))
                    .isEqualTo(isPending);
            if (plan.revoke().containsKey(job.id())) {
                Member holder = byId.get(job.worker().orElseThrow());
                assertThat(job.move().isPresent() || holder.worker().draining() || holder.leaving())
                        .isTrue();
            }
        }
        boolean room = workers.stream()
                .anyMatch(worker -> worker.takesJobs()
                        && load.getOrDefault(worker.id(), 0) < worker.worker().capacity());
        if (room) {
            assertThat(plan.unplaced()).isEmpty();
        }
    }

    private static List<Member> someWorkers(Random random) {
        List<Member> workers = new ArrayList<>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            boolean draining = random.nextInt(5) == 0;
            workers.add(worker(
                    new WorkerId("w" + i),
                    random.nextInt(5),
                    random.nextInt(4) == 0 ? State.GRACE : State.CONNECTED,
                    draining || random.nextInt(5) == 0,
                    draining,
                    random.nextInt(8) == 0,
                    Map.of()));
        }
        return workers;
    }

    private static List<MigrationJob> someJobs(Random random, List<Member> workers) {
        List<MigrationJob> jobs = new ArrayList<>();
        int count = random.nextInt(15);
        for (int i = 0; i < count; i++) {
            MigrationJob job = pending("j" + i);
            WorkerId some = workers.get(random.nextInt(workers.size())).id();
            if (random.nextBoolean()) {
                job = after(job, new JobEvent.Assigned(new Holder(some, FIRST)));
                if (random.nextInt(4) == 0) {
                    job = after(
                            job,
                            new JobEvent.MoveRequested(random.nextBoolean() ? Optional.of(some) : Optional.empty()));
                }
                if (random.nextInt(4) == 0) {
                    job = after(job, new JobEvent.WorkerLost(1, "silent"));
                }
            }
            jobs.add(job);
        }
        return jobs;
    }
}

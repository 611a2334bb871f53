package io.pikaferry.coordinator.zookeeper;

import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;

/**
 * The whole tree, in one place. Every write but those of the latch and of the announcements is a multi that checks
 * leader-epoch's version first.
 *
 * <pre>
 * /pikaferry
 *   /leader                    LeaderLatch
 *   /leader-epoch              its znode version counts the terms; says who leads
 *   /coordinators/{id}         ephemeral: where a coordinator is reached
 *   /jobs/{job}                the spec, as submitted
 *   /jobs/{job}/status         desired and observed state, epoch, worker, reason; compare-and-set by znode version
 *   /jobs/{job}/checkpoint     refused if its epoch is old or a position goes back
 *   /jobs/{job}/events         the last 200
 *   /jobs/{job}/errors         the error ledger's counter of what did not fit
 *   /jobs/{job}/errors/{page}  its entries, fifty to a page
 *   /workers/{worker}          last known worker; outlives it, so that a cordon does
 *   /secrets                   which key the passwords are encrypted with
 *   /secrets/{job}.{side}      a password, encrypted
 *   /epochs/{job}              where the epochs of a deleted job ended
 * </pre>
 */
final class ZooKeeperPaths {

    static final String ROOT = "/pikaferry";
    static final String LEADER = ROOT + "/leader";
    static final String LEADER_EPOCH = ROOT + "/leader-epoch";
    static final String COORDINATORS = ROOT + "/coordinators";
    static final String JOBS = ROOT + "/jobs";
    static final String WORKERS = ROOT + "/workers";
    static final String SECRETS = ROOT + "/secrets";
    static final String EPOCHS = ROOT + "/epochs";

    private ZooKeeperPaths() {}

    static String coordinator(String id) {
        return COORDINATORS + "/" + id;
    }

    static String job(JobId id) {
        return JOBS + "/" + id;
    }

    static String status(JobId id) {
        return job(id) + "/status";
    }

    static String checkpoint(JobId id) {
        return job(id) + "/checkpoint";
    }

    static String events(JobId id) {
        return job(id) + "/events";
    }

    static String errors(JobId id) {
        return job(id) + "/errors";
    }

    static String errorPage(JobId id, int page) {
        return errors(id) + "/%04d".formatted(page);
    }

    static String worker(WorkerId id) {
        return WORKERS + "/" + id;
    }

    static String secret(String name) {
        return SECRETS + "/" + name;
    }

    static String lastEpoch(JobId id) {
        return EPOCHS + "/" + id;
    }
}

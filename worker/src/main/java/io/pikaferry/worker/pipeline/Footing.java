package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.worker.ledger.Ledger;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.master.SourceInfo;
import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.routing.CommandMapper;
import io.pikaferry.worker.sender.MarkBoard;
import io.pikaferry.worker.sender.SenderConfig;
import io.pikaferry.worker.sender.SenderPool;
import io.pikaferry.worker.sender.SourceExpiryRule;
import io.pikaferry.worker.sender.Vitals;
import io.pikaferry.worker.target.Fence;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetCheck.Abilities;
import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.target.TargetState;
import io.pikaferry.worker.target.Tenure;
import java.util.Optional;

/**
 * Where one try stands: the fence taken, the master dialled, both sides known. What the stages of a try share.
 *
 * @param control the try's own connection, in the control database
 * @param mapper what the source's commands mean
 */
record Footing(
        JobSettings settings,
        Tenure tenure,
        TargetKeys keys,
        StateKeeper keeper,
        Fence fence,
        TargetLink control,
        Abilities abilities,
        Master master,
        CommandMapper mapper,
        SenderConfig sender,
        KeyReaders readers,
        Progress progress,
        Ledger ledger,
        Pace pace,
        JobEnvironment environment) {

    Footing {
        requireNonNull(settings, "settings is null");
        requireNonNull(tenure, "tenure is null");
        requireNonNull(keys, "keys is null");
        requireNonNull(keeper, "keeper is null");
        requireNonNull(fence, "fence is null");
        requireNonNull(control, "control is null");
        requireNonNull(abilities, "abilities is null");
        requireNonNull(master, "master is null");
        requireNonNull(mapper, "mapper is null");
        requireNonNull(sender, "sender is null");
        requireNonNull(readers, "readers is null");
        requireNonNull(progress, "progress is null");
        requireNonNull(ledger, "ledger is null");
        requireNonNull(pace, "pace is null");
        requireNonNull(environment, "environment is null");
    }

    static CommandMapper mapper(SourceInfo source) {
        // 4.0.1 says in INFO that it is 4.0.0; what it logs is understood either way, its clock is the finer one.
        PikaVersion version =
                source.version().equals(new PikaVersion(4, 0, 0)) ? new PikaVersion(4, 0, 1) : source.version();
        return source.slots() > 1
                ? CommandMapper.forShardedSource(version, source.slots())
                : CommandMapper.forSource(version);
    }

    SourceInfo source() {
        return master.info();
    }

    /** Lanes for a load, which has no marks. */
    SenderPool loadPool() {
        return pool(Optional.empty(), true);
    }

    /** Lanes that go on from the marks. */
    SenderPool followPool(TargetState state) {
        return pool(Optional.of(new MarkBoard(keys, keeper, state, tenure.epoch())), false);
    }

    private SenderPool pool(Optional<MarkBoard> board, boolean loading) {
        Thread job = Thread.currentThread();
        Vitals vitals = new Vitals(environment.threads(), pace, loading);
        progress.troubled(vitals::trouble);
        SenderPool.Terms terms = new SenderPool.Terms(
                "job-" + tenure.job(),
                loading ? sender.forLoad() : sender,
                settings.target().controlDb(),
                keys,
                abilities.setTakesPxat(),
                abilities.countsErrors(),
                settings.onError() == JobSettings.OnError.RECONCILE,
                new SourceExpiryRule(mapper),
                vitals,
                environment.clock(),
                environment.threads());
        return new SenderPool(terms, board, fence::open, ledger, job::interrupt);
    }
}

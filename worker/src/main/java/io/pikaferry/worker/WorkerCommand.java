package io.pikaferry.worker;

import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import io.pikaferry.model.WorkerId;
import io.pikaferry.worker.master.PortRange;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The worker's command line. */
@Command(
        name = "pikaferry-worker",
        mixinStandardHelpOptions = true,
        description = "Runs migrations that a coordinator assigns. Needs no incoming connection from coordinators; "
                + "masters up to Pika 3.4 dial PORT-BASE+1000 and PORT-BASE+3000 of the advertised host.",
        sortOptions = false)
final class WorkerCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--id",
            required = true,
            paramLabel = "ID",
            description = "Names this worker; stays the same over restarts.")
    private String id;

    @Option(
            names = "--coordinators",
            required = true,
            split = ",",
            paramLabel = "HOST:PORT",
            description = "Where coordinators listen, comma separated.")
    private List<String> coordinators;

    @Option(
            names = "--data-dir",
            required = true,
            paramLabel = "DIR",
            description = "For snapshots and spools; needs room for the dumps of the jobs that load at the same time.")
    private Path dataDir;

    @Option(
            names = "--advertise",
            required = true,
            paramLabel = "HOST",
            description = "The IPv4 address or name under which masters reach this machine.")
    private String advertise;

    @Option(
            names = "--port-base",
            required = true,
            paramLabel = "FROM-TO",
            description = "Five-digit port bases for the jobs' fake slaves, e.g. 21000-21099.")
    private String portBase;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings; see conf/worker.properties.")
    private Path config;

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "For jobs' worker selectors. Repeatable.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Override
    public Integer call() throws InterruptedException {
        WorkerMain worker;
        try {
            worker = new WorkerMain(options());
        } catch (FerryException e) {
            spec.commandLine()
                    .getErr()
                    .printf(
                            "pikaferry-worker: %s: %s (%s)%n",
                            e.code().id(), e.getMessage(), e.code().remedy());
            return 1;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(worker::close, "shutdown"));
        worker.start();
        worker.awaitEnd();
        return 0;
    }

    private WorkerOptions options() {
        try {
            return new WorkerOptions(
                    new WorkerId(id),
                    coordinators.stream().map(String::trim).map(Endpoint::parse).toList(),
                    dataDir.toAbsolutePath(),
                    advertise,
                    PortRange.parse(portBase),
                    labels,
                    config == null ? WorkerConfig.DEFAULTS : WorkerConfig.read(config));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}

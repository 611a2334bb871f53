package io.pikaferry.e2e;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** ARCHITECTURE.md over all modules, as far as a machine can read it. */
@AnalyzeClasses(packages = "io.pikaferry", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule coordinator_knows_no_other_program = noClasses()
            .that()
            .resideInAPackage("io.pikaferry.coordinator..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.pikaferry.worker..", "io.pikaferry.ctl..", "io.pikaferry.standin..")
            .because("the programs meet in proto");

    @ArchTest
    static final ArchRule worker_knows_no_other_program = noClasses()
            .that()
            .resideInAPackage("io.pikaferry.worker..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.pikaferry.coordinator..", "io.pikaferry.ctl..", "io.pikaferry.standin..")
            .because("the programs meet in proto");

    @ArchTest
    static final ArchRule ctl_knows_no_other_program = noClasses()
            .that()
            .resideInAPackage("io.pikaferry.ctl..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.pikaferry.coordinator..", "io.pikaferry.worker..", "io.pikaferry.standin..")
            .because("the programs meet in proto");

    @ArchTest
    static final ArchRule the_standin_shares_no_code_with_what_it_tests = noClasses()
            .that()
            .resideInAPackage("io.pikaferry.standin..")
            .should()
            .dependOnClassesThat(
                    resideInAPackage("io.pikaferry..").and(resideOutsideOfPackage("io.pikaferry.standin..")))
            .because("or the two would share their mistakes");

    @ArchTest
    static final ArchRule values_know_only_java = noClasses()
            .that()
            .resideInAnyPackage("io.pikaferry.model..", "io.pikaferry.error..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("io.pikaferry.model..", "io.pikaferry.error..", "java..");

    @ArchTest
    static final ArchRule only_the_zookeeper_package_knows_zookeeper = noClasses()
            .that()
            .resideOutsideOfPackages("io.pikaferry.coordinator.zookeeper..", "io.pikaferry.coordinator")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.curator..", "org.apache.zookeeper..")
            .because("stores are interfaces in the package of the thing they store, so that tests can fake them");

    @ArchTest
    static final ArchRule only_the_target_package_knows_jedis = noClasses()
            .that()
            .resideOutsideOfPackages("io.pikaferry.worker.target..", "io.pikaferry.worker.fixture..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("redis.clients..")
            .because("lanes and marks are tested with a target that is none");

    @ArchTest
    static final ArchRule only_the_edges_know_grpc = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.pikaferry.proto..",
                    "io.pikaferry.coordinator",
                    "io.pikaferry.coordinator.rpc..",
                    "io.pikaferry.worker",
                    "io.pikaferry.worker.session..",
                    "io.pikaferry.ctl",
                    "io.pikaferry.ctl.connection..",
                    "io.pikaferry.ctl.command..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..")
            .because("decisions are made in code that needs no server to run");

    @ArchTest
    static final ArchRule the_data_path_goes_one_way = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.pikaferry.worker.master..",
                    "io.pikaferry.worker.snapshot..",
                    "io.pikaferry.worker.binlog..",
                    "io.pikaferry.worker.routing..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.pikaferry.worker.sender..",
                    "io.pikaferry.worker.target..",
                    "io.pikaferry.worker.checkpoint..",
                    "io.pikaferry.worker.pipeline..",
                    "io.pikaferry.worker.session..")
            .because("what reads does not know who writes");

    @ArchTest
    static final ArchRule packages_form_no_cycle =
            slices().matching("io.pikaferry.(**)").should().beFreeOfCycles();
}

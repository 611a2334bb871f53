package io.pikaferry.coordinator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The layering of the coordinator, as far as a machine can read it. */
@AnalyzeClasses(packages = "io.pikaferry.coordinator", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule only_the_zookeeper_package_knows_zookeeper = noClasses()
            .that()
            .resideOutsideOfPackages("io.pikaferry.coordinator.zookeeper..", "io.pikaferry.coordinator")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.curator..", "org.apache.zookeeper..", "io.pikaferry.proto.stored..")
            .because("stores are interfaces in the package of the thing they store, so that tests can fake them");

    @ArchTest
    static final ArchRule only_the_doors_know_grpc_and_its_messages = noClasses()
            .that()
            .resideOutsideOfPackages("io.pikaferry.coordinator.rpc..", "io.pikaferry.coordinator")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "io.pikaferry.proto.v1..")
            .because("decisions are made in code that needs no server to run");

    @ArchTest
    static final ArchRule adapters_do_not_know_each_other = noClasses()
            .that()
            .resideInAPackage("io.pikaferry.coordinator.rpc..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.pikaferry.coordinator.zookeeper..");

    @ArchTest
    static final ArchRule concepts_do_not_know_adapters = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.pikaferry.coordinator",
                    "io.pikaferry.coordinator.rpc..",
                    "io.pikaferry.coordinator.zookeeper..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.pikaferry.coordinator.rpc..", "io.pikaferry.coordinator.zookeeper..");

    @ArchTest
    static final ArchRule sides_meet_in_proto_only = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.pikaferry.worker..", "io.pikaferry.ctl..");

    @ArchTest
    static final ArchRule packages_form_no_cycle =
            slices().matching("io.pikaferry.coordinator.(**)").should().beFreeOfCycles();
}

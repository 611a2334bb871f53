package io.pikaferry.ctl;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom. */
@AnalyzeClasses(packages = "io.pikaferry.ctl", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule packages_form_no_cycle =
            slices().matching("io.pikaferry.ctl.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule only_the_connection_knows_netty = noClasses()
            .that()
            .resideOutsideOfPackage("io.pikaferry.ctl.connection..")
            .and()
            .doNotHaveSimpleName("Rehearsal")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..", "io.grpc.netty..")
            .because("commands are tested without a network");

    @ArchTest
    static final ArchRule only_commands_know_the_command_line = noClasses()
            .that()
            .resideOutsideOfPackage("io.pikaferry.ctl.command..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..")
            .because("what is asked, and what is shown, do not depend on how options are parsed");

    @ArchTest
    static final ArchRule commands_do_not_know_what_starts_them = noClasses()
            .that()
            .resideInAPackage("io.pikaferry.ctl.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.pikaferry.ctl")
            .because("everything they work with is given to them");
}

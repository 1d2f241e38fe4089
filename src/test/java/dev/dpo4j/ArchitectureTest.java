package dev.dpo4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.modulith.core.Violations;

/**
 * Holds the architecture: packages depend one way, as their {@code package-info} declares, and each {@link Fence} is kept. Every rule
 * is also shown to bite, on code below {@code violations} that imitates the offence.
 */
class ArchitectureTest {

    private static final JavaClasses OUR_CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("__")) // what Spring generates when the jar is built
            .importPackages("dev.dpo4j");

    @Test
    void packagesDependOneWayAsDeclared() {
        ApplicationModules.of(Dpo4jApplication.class).verify();
    }

    @Test
    void anUndeclaredDependencyBetweenPackagesIsFound() {
        ApplicationModules modules = ApplicationModules.of("violations.modules", new ImportOption.OnlyIncludeTests());

        assertThatThrownBy(modules::verify)
                .isInstanceOf(Violations.class)
                .hasMessageContaining("Module 'left' depends on module 'right'");
    }

    @ParameterizedTest
    @MethodSource("dev.dpo4j.Fence#all")
    void ourCodeKeepsInsideTheFence(Fence fence) {
        fence.around("dev.dpo4j").check(OUR_CLASSES);
    }

    @ParameterizedTest
    @MethodSource("dev.dpo4j.Fence#all")
    void theFenceBites(Fence fence) {
        for (Class<?> offender : fence.offenders()) {
            JavaClasses offending = new ClassFileImporter().importClasses(offender);

            assertThat(fence.around("violations").evaluate(offending).hasViolation())
                    .as("%s is caught", offender.getName())
                    .isTrue();
        }
    }
}

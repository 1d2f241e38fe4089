package dev.dpo4j;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import violations.dataset.AsksTheSystemClock;
import violations.dataset.MakesADate;
import violations.dataset.ReadsTheTimeOfDay;
import violations.job.KnowsHttp;
import violations.job.PrintsToStandardOutput;
import violations.job.RowHelper;
import violations.job.ThrowsSomethingVague;
import violations.job.TimesItself;
import violations.kernel.ScalarKernelsWithVectors;
import violations.llama.TalksToNd4j;
import violations.llama.TalksToOpenBlas;
import violations.loss.KnowsSpring;
import violations.tensor.VectorsInTheWrongPlace;
import violations.train.KnowsJpa;

/**
 * A rule that a declared dependency between packages cannot express, with the classes that imitate its violation.
 *
 * @param name what it says, in few words
 * @param rule makes the rule for the code below a root package
 * @param offenders each of them breaks the rule
 */
record Fence(String name, Function<String, ArchRule> rule, Set<Class<?>> offenders) {

    Fence(String name, Function<String, ArchRule> rule, Class<?>... offenders) {
        this(name, rule, Set.of(offenders));
    }

    /** The rule for the code below a root package. */
    ArchRule around(String root) {
        return rule.apply(root);
    }

    @Override
    public String toString() {
        return name;
    }

    static List<Fence> all() {
        return List.of(
                new Fence(
                        "Vector API only in the vector kernels",
                        root -> noClasses()
                                .that(DescribedPredicate.not(
                                        packages(root, "kernel").and(ownOrOuterNameStartingWith("Vector"))))
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("jdk.incubator..")
                                .because(
                                        "the service must start, on the scalar kernels, where the module is not there"),
                        ScalarKernelsWithVectors.class,
                        VectorsInTheWrongPlace.class),
                new Fence(
                        "ND4J and BLAS only in tensor",
                        root -> noClasses()
                                .that(DescribedPredicate.not(packages(root, "tensor")))
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("org.nd4j..", "org.bytedeco..")
                                .because("one package owns native memory and the threads of matrix products"),
                        TalksToNd4j.class,
                        TalksToOpenBlas.class),
                new Fence(
                        "Spring MVC only in api",
                        root -> noClasses()
                                .that(DescribedPredicate.not(packages(root, "api")))
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(
                                        "org.springframework.web..", "org.springframework.http..", "jakarta.servlet..")
                                .because("jobs, models and files know nothing of how they are asked for"),
                        KnowsHttp.class),
                new Fence(
                        "no Spring in numbers and text",
                        root -> noClasses()
                                .that(packages(
                                        root,
                                        "kernel",
                                        "tensor",
                                        "loss",
                                        "safetensors",
                                        "tokenizer",
                                        "llama",
                                        "learningrate",
                                        "train",
                                        "digest"))
                                .should()
                                .dependOnClassesThat(resideInAnyPackage("org.springframework..")
                                        .and(DescribedPredicate.not(
                                                resideInAnyPackage("org.springframework.modulith.."))))
                                .because("they are plain Java, to be read and used without a container"),
                        KnowsSpring.class),
                new Fence(
                        "JPA only where something is stored",
                        root -> noClasses()
                                .that(DescribedPredicate.not(packages(root, "blob", "dataset", "catalog", "job")))
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(
                                        "jakarta.persistence..", "org.hibernate..", "org.springframework.data..")
                                .because("a wire record is no entity, and the training loop knows no SQL"),
                        KnowsJpa.class),
                new Fence(
                        "time comes from a clock",
                        root -> noClasses()
                                .that(packages(root))
                                .should()
                                .callMethodWhere(readsTheTime())
                                .orShould()
                                .callConstructor(Date.class)
                                .because("a test sets the time; it does not wait for it"),
                        AsksTheSystemClock.class,
                        ReadsTheTimeOfDay.class,
                        MakesADate.class),
                new Fence(
                        "only training measures its speed, and only the machine its turns",
                        root -> noClasses()
                                .that(DescribedPredicate.not(packages(root, "train", "tensor")))
                                .should()
                                .callMethod(System.class, "nanoTime"),
                        TimesItself.class),
                new Fence(
                        "no standard streams",
                        root -> GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS,
                        PrintsToStandardOutput.class),
                new Fence(
                        "no vague exceptions",
                        root -> GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS,
                        ThrowsSomethingVague.class),
                new Fence(
                        "names say what a thing is",
                        root -> noClasses().should().haveNameMatching(".*(Impl|Manager|Util|Utils|Helper)(\\$.*)?"),
                        RowHelper.class));
    }

    private static DescribedPredicate<JavaClass> packages(String root, String... names) {
        return names.length == 0
                ? resideInAnyPackage(root + "..")
                : resideInAnyPackage(
                        Stream.of(names).map(name -> root + "." + name + "..").toArray(String[]::new));
    }

    private static DescribedPredicate<JavaClass> ownOrOuterNameStartingWith(String prefix) {
        return simpleNameStartingWith(prefix)
                .or(DescribedPredicate.describe(
                        "are inside such a class",
                        type -> type.getEnclosingClass()
                                .filter(outer -> outer.getSimpleName().startsWith(prefix))
                                .isPresent()));
    }

    /** The calls that ask the machine for the time of day: {@code now()} of java.time's types, and those of old. */
    private static DescribedPredicate<JavaCall<?>> readsTheTime() {
        return DescribedPredicate.describe("reads the time of day", call -> {
            AccessTarget.CodeUnitCallTarget target = call.getTarget();
            boolean now = target.getName().equals("now")
                    && target.getOwner().getPackageName().equals("java.time")
                    && target.getRawParameterTypes().isEmpty();
            return now || target.getFullName().equals("java.lang.System.currentTimeMillis()");
        });
    }
}

package dev.dpo4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import jdk.incubator.vector.Vector;
import org.junit.jupiter.api.Test;

/** A vector that is handed to a method that is not inlined becomes an object, without a word and at a fraction of the speed. */
class VectorHelpersTest {

    private static final String COMMAND = "-XX:CompileCommand=inline,";

    /** Called once each, for constants. */
    private static final Set<String> ONCE = Set.of("VectorTranspose::low", "VectorTranspose::high");

    @Test
    void jvmOptionsInlinesEveryMethodThatTakesOrGivesAVector() throws Exception {
        List<String> inlined = Files.readAllLines(Path.of("jvm.options")).stream()
                .filter(line -> line.startsWith(COMMAND))
                .map(line -> line.substring(COMMAND.length()))
                .toList();
        List<String> helpers = new ArrayList<>();
        List<String> forgotten = new ArrayList<>();
        for (Class<?> kernel : kernels()) {
            for (Method method : kernel.getDeclaredMethods()) {
                String name = kernel.getSimpleName() + "::" + method.getName();
                if (!method.isSynthetic() && handsVectors(method) && !ONCE.contains(name)) {
                    helpers.add(name);
                    String all = kernel.getName() + "::";
                    if (!inlined.contains(all + method.getName()) && !inlined.contains(all + "*")) {
                        forgotten.add(name);
                    }
                }
            }
        }
        assertThat(helpers).contains("Vectors::load", "Vectors::store", "VectorExp::exp");
        assertThat(forgotten).isEmpty();
    }

    private static boolean handsVectors(Method method) {
        return Stream.concat(Stream.of(method.getReturnType()), Arrays.stream(method.getParameterTypes()))
                .anyMatch(Vector.class::isAssignableFrom);
    }

    private static List<Class<?>> kernels() throws IOException, ClassNotFoundException {
        List<Class<?>> kernels = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("target/classes/dev/dpo4j/kernel"))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith("Vector") && name.endsWith(".class")) {
                    kernels.add(Class.forName("dev.dpo4j.kernel." + name.substring(0, name.length() - 6)));
                }
            }
        }
        return kernels;
    }
}

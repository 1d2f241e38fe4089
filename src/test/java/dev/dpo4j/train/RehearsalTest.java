package dev.dpo4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.kernel.KernelSelection;
import dev.dpo4j.kernel.Kernels;
import dev.dpo4j.tensor.Compute;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RehearsalTest {

    /** What tells of kernels and computes nothing. */
    private static final Set<String> QUESTIONS = Set.of("lanes", "fastProducts", "panelColumns", "description");

    private final Map<String, Integer> calls = new ConcurrentHashMap<>();

    @Test
    void callsEveryKernelAlmostOnceAStepAtLeast() {
        try (Compute compute = new Compute(counted(KernelSelection.best()), 2)) {
            Rehearsal.run(compute, () -> false);
        }

        Set<String> kernels = Arrays.stream(Kernels.class.getMethods())
                .map(method -> method.getName())
                .filter(name -> !QUESTIONS.contains(name))
                .collect(Collectors.toSet());
        assertThat(kernels)
                .hasSizeGreaterThan(15)
                .allSatisfy(kernel -> assertThat(calls)
                        .hasEntrySatisfying(kernel, count -> assertThat(count).isGreaterThanOrEqualTo(50)));
    }

    @Test
    void endsBeforeTheFirstStepWhenItIsAskedTo() {
        try (Compute compute = new Compute(counted(KernelSelection.best()), 1)) {
            Rehearsal.run(compute, () -> true);
        }

        assertThat(calls).doesNotContainKeys("swiGlu", "adamW");
    }

    /** Kernels of which it is known how often each is called. */
    private Kernels counted(Kernels kernels) {
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (_, method, arguments) -> {
                    calls.merge(method.getName(), 1, Integer::sum);
                    try {
                        return method.invoke(kernels, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}

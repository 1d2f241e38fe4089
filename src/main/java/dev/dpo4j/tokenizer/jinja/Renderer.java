package dev.dpo4j.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Statements to text. */
final class Renderer {

    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private final Budget budget = new Budget();
    private final Evaluator evaluator = new Evaluator(budget);

    String render(List<Statement> body, Scope scope) {
        StringBuilder out = new StringBuilder();
        render(body, scope, out);
        return out.toString();
    }

    private Flow render(List<Statement> body, Scope scope, StringBuilder out) {
        for (Statement statement : body) {
            Flow flow = render(statement, scope, out);
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    private Flow render(Statement statement, Scope scope, StringBuilder out) {
        switch (statement) {
            case Statement.Data data -> out.append(data.text());
            case Statement.Print print -> {
                int line = print.value().line();
                String text = Values.string(evaluator.evaluate(print.value(), scope), line);
                budget.text((long) out.length() + text.length(), line);
                out.append(text);
            }
            case Statement.If conditional -> {
                boolean holds = Values.truth(evaluator.evaluate(conditional.condition(), scope));
                return render(holds ? conditional.then() : conditional.otherwise(), scope, out);
            }
            case Statement.For loop -> {
                return loop(loop, scope, out);
            }
            case Statement.Set set -> assign(set.targets(), evaluator.evaluate(set.value(), scope), scope, set.line());
            case Statement.SetAttribute set -> {
                if (!(scope.get(set.namespace()) instanceof Namespace namespace)) {
                    throw new JinjaException(
                            set.line(), "'" + set.namespace() + "' is no namespace, so its attributes cannot be set");
                }
                namespace.set(set.attribute(), evaluator.evaluate(set.value(), scope));
            }
            case Statement.SetBlock set -> scope.set(set.target(), render(set.body(), new Scope(scope)));
            case Statement.Macro macro -> scope.set(macro.name(), macro(macro, scope));
            case Statement.Generation generation -> {
                return render(generation.body(), scope, out);
            }
            case Statement.Break end -> {
                return Flow.BREAK;
            }
            case Statement.Continue next -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private Flow loop(Statement.For loop, Scope scope, StringBuilder out) {
        List<Object> items = new ArrayList<>();
        for (Object item : Values.items(evaluator.evaluate(loop.items(), scope), loop.line())) {
            Scope candidate = new Scope(scope);
            assign(loop.targets(), item, candidate, loop.line());
            if (loop.condition().isEmpty()
                    || Values.truth(evaluator.evaluate(loop.condition().get(), candidate))) {
                items.add(item);
            }
        }
        if (items.isEmpty()) {
            return render(loop.otherwise(), new Scope(scope), out);
        }
        for (int i = 0; i < items.size(); i++) {
            budget.step(loop.line());
            Scope iteration = new Scope(scope);
            iteration.set("loop", new LoopState(items, i));
            assign(loop.targets(), items.get(i), iteration, loop.line());
            if (render(loop.body(), iteration, out) == Flow.BREAK) {
                break;
            }
        }
        return Flow.NEXT;
    }

    private static void assign(List<String> targets, Object value, Scope scope, int line) {
        if (targets.size() == 1) {
            scope.set(targets.getFirst(), value);
            return;
        }
        List<Object> parts = Values.items(value, line);
        if (parts.size() != targets.size()) {
            throw new JinjaException(line, targets.size() + " variables for " + parts.size() + " values");
        }
        for (int i = 0; i < parts.size(); i++) {
            scope.set(targets.get(i), parts.get(i));
        }
    }

    /** A macro sees the variables of the place where it stands, not those of its caller. */
    private Callable macro(Statement.Macro macro, Scope home) {
        return (arguments, keywords, line) -> {
            CallArguments given = new CallArguments("the macro '" + macro.name() + "'", arguments, keywords, line)
                    .allow(macro.parameters().toArray(String[]::new));
            Scope scope = new Scope(home);
            List<String> parameters = macro.parameters();
            for (int i = 0; i < parameters.size(); i++) {
                String parameter = parameters.get(i);
                scope.set(parameter, given.get(i, parameter).orElseGet(() -> missing(macro, parameter, scope)));
            }
            budget.enterCall(line);
            try {
                return render(macro.body(), scope);
            } finally {
                budget.leaveCall();
            }
        };
    }

    private Object missing(Statement.Macro macro, String parameter, Scope scope) {
        Expression otherwise = macro.defaults().get(parameter);
        return otherwise == null
                ? new Undefined("parameter '" + parameter + "' was not given")
                : evaluator.evaluate(otherwise, scope);
    }

    static Scope variables(Map<String, Object> values, Scope globals) {
        Scope scope = new Scope(globals);
        values.forEach((name, value) -> scope.set(name, Values.of(value)));
        return scope;
    }
}

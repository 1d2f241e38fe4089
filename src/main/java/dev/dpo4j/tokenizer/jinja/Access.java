package dev.dpo4j.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code value.name} and {@code value[key]}. As in Jinja2 an attribute looks for a method first and then for an item,
 * a subscript the other way round.
 */
final class Access {

    private static final Set<String> OTHER_LIST_METHODS =
            Set.of("append", "clear", "copy", "extend", "insert", "pop", "remove", "reverse", "sort");
    private static final Set<String> OTHER_DICTIONARY_METHODS =
            Set.of("clear", "copy", "fromkeys", "pop", "popitem", "setdefault", "update");

    private Access() {}

    static Object attribute(Object target, String name, int line) {
        refuseInternals(name, line);
        if (target instanceof Undefined undefined) {
            throw new JinjaException(line, undefined.what() + " is undefined, so it has no '" + name + "'");
        }
        return method(target, name, line).orElseGet(() -> switch (target) {
            case Map<?, ?> map -> entry(map, name);
            case LoopState loop -> loop.attribute(name, line);
            case Namespace namespace -> namespace.get(name);
            default -> new Undefined("'" + name + "' of " + Values.kind(target));
        });
    }

    static Object item(Object target, Object key, int line) {
        if (target instanceof Undefined undefined) {
            throw new JinjaException(line, undefined.what() + " is undefined, so it has no items");
        }
        Object item = switch (target) {
            case Map<?, ?> map -> entry(map, key);
            case List<?> list when key instanceof Long index -> indexed(List.<Object>copyOf(list), index);
            case String text when key instanceof Long index -> indexed(Values.items(text, line), index);
            default -> new Undefined("an item of " + Values.kind(target));
        };
        if (item instanceof Undefined && key instanceof String name) {
            refuseInternals(name, line);
            return method(target, name, line).orElse(item);
        }
        return item;
    }

    private static Object entry(Map<?, ?> map, Object key) {
        Object value = map.get(key);
        return value != null ? value : new Undefined("'" + key + "' of a dictionary");
    }

    private static Object indexed(List<Object> items, long index) {
        long position = index < 0 ? index + items.size() : index;
        return position >= 0 && position < items.size()
                ? items.get((int) position)
                : new Undefined("item " + index + " of " + items.size());
    }

    private static void refuseInternals(String name, int line) {
        if (name.startsWith("_")) {
            throw new JinjaException(line, "access to '" + name + "' is not allowed");
        }
    }

    private static Optional<Object> method(Object target, String name, int line) {
        return switch (target) {
            case String text -> StringMethods.named(text, name, line).map(Object.class::cast);
            case Map<?, ?> map -> dictionaryMethod(map, name, line).map(Object.class::cast);
            case List<?> list -> listMethod(list, name, line).map(Object.class::cast);
            default -> Optional.empty();
        };
    }

    private static Optional<Callable> dictionaryMethod(Map<?, ?> map, String name, int line) {
        if (OTHER_DICTIONARY_METHODS.contains(name)) {
            throw new JinjaException(line, "the dictionary method '" + name + "' is not supported");
        }
        return switch (name) {
            case "keys" -> Optional.of(without(name, List.copyOf(map.keySet())));
            case "values" -> Optional.of(without(name, List.copyOf(map.values())));
            case "items" -> Optional.of(without(name, pairs(map)));
            case "get" ->
                Optional.of((arguments, keywords, at) -> {
                    CallArguments given = new CallArguments("'get'", arguments, keywords, at).allow("key", "default");
                    Object value = map.get(given.required(0, "key"));
                    return value != null ? value : given.get(1, "default").orElse(None.NONE);
                });
            default -> Optional.empty();
        };
    }

    static List<Object> pairs(Map<?, ?> map) {
        List<Object> pairs = new ArrayList<>();
        map.forEach((key, value) -> pairs.add(List.<Object>of(key, value)));
        return List.copyOf(pairs);
    }

    private static Optional<Callable> listMethod(List<?> list, String name, int line) {
        if (OTHER_LIST_METHODS.contains(name)) {
            throw new JinjaException(line, "the list method '" + name + "' is not supported");
        }
        return switch (name) {
            case "count" ->
                Optional.of((arguments, keywords, at) -> {
                    Object item = new CallArguments("'count'", arguments, keywords, at)
                            .allow("value")
                            .required(0, "value");
                    return list.stream()
                            .filter(each -> Values.equal(each, item))
                            .count();
                });
            case "index" ->
                Optional.of((arguments, keywords, at) -> {
                    Object item = new CallArguments("'index'", arguments, keywords, at)
                            .allow("value")
                            .required(0, "value");
                    for (int i = 0; i < list.size(); i++) {
                        if (Values.equal(list.get(i), item)) {
                            return (long) i;
                        }
                    }
                    throw new JinjaException(at, "'index': not in the list");
                });
            default -> Optional.empty();
        };
    }

    private static Callable without(String name, List<Object> result) {
        return (arguments, keywords, line) -> {
            new CallArguments("'" + name + "'", arguments, keywords, line).refuseAny();
            return result;
        };
    }
}

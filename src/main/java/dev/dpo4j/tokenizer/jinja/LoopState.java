package dev.dpo4j.tokenizer.jinja;

import java.util.List;
import java.util.Set;

/** The variable {@code loop}. */
final class LoopState {

    private static final Set<String> UNSUPPORTED = Set.of("changed", "depth", "depth0");

    private final List<Object> items;
    private final int index;

    LoopState(List<Object> items, int index) {
        this.items = items;
        this.index = index;
    }

    Object attribute(String name, int line) {
        if (UNSUPPORTED.contains(name)) {
            throw new JinjaException(line, "'loop." + name + "' is not supported");
        }
        int last = items.size() - 1;
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) last - index + 1;
            case "revindex0" -> (long) last - index;
            case "first" -> index == 0;
            case "last" -> index == last;
            case "length" -> (long) items.size();
            case "previtem" -> index == 0 ? new Undefined("'loop.previtem'") : items.get(index - 1);
            case "nextitem" -> index == last ? new Undefined("'loop.nextitem'") : items.get(index + 1);
            case "cycle" ->
                (Callable) (arguments, keywords, at) -> {
                    if (arguments.isEmpty()) {
                        throw new JinjaException(at, "'loop.cycle' needs something to cycle through");
                    }
                    return arguments.get(index % arguments.size());
                };
            default -> new Undefined("'loop." + name + "'");
        };
    }
}

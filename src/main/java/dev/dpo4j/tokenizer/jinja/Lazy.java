package dev.dpo4j.tokenizer.jinja;

import java.util.List;

/** What Jinja2 makes a generator of: always true, may be looped over, has neither length nor items. */
record Lazy(List<Object> items) {}

/**
 * The part of Jinja2 that chat templates are written in, with Python's semantics.
 *
 * <p>Written for dpo4j because a prompt that differs from the reference in one space trains another model: what is not
 * implemented is refused with its line, never rendered approximately. Values are None, undefined, booleans, integers,
 * floats, strings, lists and dictionaries only; there is no reflection, no file access and no way to change what a
 * template is given, so a hostile template can do no more than fail.
 */
@NullMarked
package dev.dpo4j.tokenizer.jinja;

import org.jspecify.annotations.NullMarked;

package dev.dpo4j.tokenizer.jinja;

import dev.dpo4j.tokenizer.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tags and text: the tags of chat templates, any other is refused by name. */
final class TemplateParser {

    private static final int MAX_DEPTH = 100;

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int depth;
    private int loops;

    private TemplateParser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    static List<Statement> parse(String template) {
        TemplateParser parser = new TemplateParser(new TokenStream(Lexer.tokens(template)));
        List<Statement> body = parser.body(Set.of());
        parser.tokens.expect(Kind.END, "the end of the template");
        return body;
    }

    /** Statements up to one of the given tags, whose name is then the next token; without any, to the end. */
    private List<Statement> body(Set<String> endTags) {
        if (++depth > MAX_DEPTH) {
            throw new JinjaException(tokens.line(), "tags are nested deeper than " + MAX_DEPTH);
        }
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = tokens.peek();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Data(tokens.take().text()));
                case PRINT_BEGIN -> {
                    tokens.take();
                    statements.add(new Statement.Print(expressions.expressionOrTuple()));
                    tokens.expect(Kind.PRINT_END, "'}}'");
                }
                case BLOCK_BEGIN -> {
                    tokens.take();
                    if (tokens.peek().kind() == Kind.NAME
                            && endTags.contains(tokens.peek().text())) {
                        depth--;
                        return List.copyOf(statements);
                    }
                    statements.add(tag());
                }
                default -> {
                    if (!endTags.isEmpty()) {
                        throw tokens.unexpected(
                                "one of " + endTags.stream().sorted().toList());
                    }
                    depth--;
                    return List.copyOf(statements);
                }
            }
        }
    }

    private Statement tag() {
        Token name = tokens.expect(Kind.NAME, "a tag's name");
        return switch (name.text()) {
            case "if" -> conditional();
            case "for" -> loop(name.line());
            case "set" -> set(name.line());
            case "macro" -> macro(name.line());
            case "generation" -> {
                endOfTag();
                List<Statement> body = body(Set.of("endgeneration"));
                endTag("endgeneration");
                yield new Statement.Generation(body);
            }
            case "break", "continue" -> {
                if (loops == 0) {
                    throw new JinjaException(name.line(), "'" + name.text() + "' outside a loop");
                }
                endOfTag();
                yield name.text().equals("break") ? new Statement.Break() : new Statement.Continue();
            }
            default -> throw new JinjaException(name.line(), "the tag '" + name.text() + "' is not supported here");
        };
    }

    private void endOfTag() {
        tokens.expect(Kind.BLOCK_END, "'%}'");
    }

    private void endTag(String name) {
        tokens.expectName(name);
        endOfTag();
    }

    private Statement conditional() {
        Expression condition = expressions.or();
        endOfTag();
        List<Statement> then = body(Set.of("elif", "else", "endif"));
        List<Statement> otherwise = List.of();
        if (tokens.takeName("elif")) {
            return new Statement.If(condition, then, List.of(conditional()));
        }
        if (tokens.takeName("else")) {
            endOfTag();
            otherwise = body(Set.of("endif"));
        }
        endTag("endif");
        return new Statement.If(condition, then, otherwise);
    }

    private Statement loop(int line) {
        List<String> targets = targets();
        tokens.expectName("in");
        Expression items = expressions.or();
        if (tokens.peek().isOperator(",")) {
            throw new JinjaException(line, "a loop over values separated by commas needs brackets around them");
        }
        Optional<Expression> condition =
                tokens.takeName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        if (tokens.peek().isName("recursive")) {
            throw new JinjaException(line, "recursive loops are not supported");
        }
        endOfTag();
        loops++;
        List<Statement> body = body(Set.of("else", "endfor"));
        loops--;
        List<Statement> otherwise = List.of();
        if (tokens.takeName("else")) {
            endOfTag();
            otherwise = body(Set.of("endfor"));
        }
        endTag("endfor");
        return new Statement.For(targets, items, condition, body, otherwise, line);
    }

    private List<String> targets() {
        boolean bracketed = tokens.takeOperator("(");
        List<String> names = new ArrayList<>();
        do {
            names.add(tokens.expect(Kind.NAME, "a variable's name").text());
        } while (tokens.takeOperator(","));
        if (bracketed) {
            tokens.expectOperator(")");
        }
        return List.copyOf(names);
    }

    private Statement set(int line) {
        List<String> targets = targets();
        if (targets.size() == 1 && tokens.takeOperator(".")) {
            String attribute = tokens.expect(Kind.NAME, "an attribute's name").text();
            tokens.expectOperator("=");
            Expression value = expressions.expressionOrTuple();
            endOfTag();
            return new Statement.SetAttribute(targets.getFirst(), attribute, value, line);
        }
        if (tokens.takeOperator("=")) {
            Expression value = expressions.expressionOrTuple();
            endOfTag();
            return new Statement.Set(targets, value, line);
        }
        if (tokens.peek().isOperator("|") || targets.size() > 1) {
            throw new JinjaException(line, "this form of the tag 'set' is not supported");
        }
        endOfTag();
        List<Statement> body = body(Set.of("endset"));
        endTag("endset");
        return new Statement.SetBlock(targets.getFirst(), body);
    }

    private Statement macro(int line) {
        String name = tokens.expect(Kind.NAME, "a macro's name").text();
        tokens.expectOperator("(");
        List<String> parameters = new ArrayList<>();
        Map<String, Expression> defaults = new LinkedHashMap<>();
        while (!tokens.takeOperator(")")) {
            String parameter = tokens.expect(Kind.NAME, "a parameter's name").text();
            parameters.add(parameter);
            if (tokens.takeOperator("=")) {
                defaults.put(parameter, expressions.expression());
            }
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        endOfTag();
        int outerLoops = loops;
        loops = 0;
        List<Statement> body = body(Set.of("endmacro"));
        loops = outerLoops;
        endTag("endmacro");
        return new Statement.Macro(name, List.copyOf(parameters), defaults, body, line);
    }
}

package dev.dpo4j.tokenizer.jinja;

import dev.dpo4j.tokenizer.jinja.Token.Kind;
import java.util.List;

/** A cursor over tokens, shared by the two parsers. */
final class TokenStream {

    private final List<Token> tokens;
    private int next;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(next);
    }

    Token peekSecond() {
        return tokens.get(Math.min(next + 1, tokens.size() - 1));
    }

    Token take() {
        Token token = tokens.get(next);
        if (token.kind() != Kind.END) {
            next++;
        }
        return token;
    }

    int line() {
        return peek().line();
    }

    boolean takeOperator(String operator) {
        boolean found = peek().isOperator(operator);
        if (found) {
            next++;
        }
        return found;
    }

    boolean takeName(String name) {
        boolean found = peek().isName(name);
        if (found) {
            next++;
        }
        return found;
    }

    void expectOperator(String operator) {
        if (!takeOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    void expectName(String name) {
        if (!takeName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    Token expect(Kind kind, String expected) {
        if (peek().kind() != kind) {
            throw unexpected(expected);
        }
        return take();
    }

    JinjaException unexpected(String expected) {
        return new JinjaException(line(), "expected " + expected + " but found " + peek().described());
    }
}

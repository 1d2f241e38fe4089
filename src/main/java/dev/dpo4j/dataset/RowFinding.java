package dev.dpo4j.dataset;

/** What is worth knowing of a row before one trains on it. */
public enum RowFinding {
    /** Prompt and answer meet within a token. */
    BOUNDARY_MERGE(
            "the prompt's last characters and an answer's first make one token, which is trained as the answer's"),

    /** It is longer than it may be, and its prompt gives way. */
    PROMPT_TRUNCATED("the prompt's beginning is cut off to fit max_length"),

    /** It is longer than it may be, and its answers give way. */
    ANSWER_TRUNCATED("an answer's end is cut off to fit max_length, and its end token with it where it has one"),

    /** It is longer than it may be, and is left out. */
    DROPPED("it does not fit max_length and is not trained on"),

    /** It is longer than it may be, and that is an error. */
    TOO_LONG("it does not fit, and the job would fail: set max_length with a truncation_mode other than error"),

    /** It counts as no preference. */
    WEIGHTLESS("its weight is 0, so it is not trained on"),

    /** The tokenizer begins texts with a token that this one does not begin with. */
    MISSING_BOS("it does not begin with the begin token, with which the tokenizer begins texts"),

    /** Both the tokenizer and the text or its template put one. */
    DOUBLED_BOS("it begins with two begin tokens: take the one in the text out"),

    /** Nothing teaches the model to stop. */
    MISSING_EOS("an answer has no end token: the model does not learn where to stop"),

    /** Both the tokenizer and the text or its template put one. */
    DOUBLED_EOS("an answer ends with two end tokens: take the one in the text out"),

    /** It stands more than once. */
    DUPLICATE("the same prompt with the same answers stands in a row before it"),

    /** There is nothing to prefer. */
    IDENTICAL_ANSWERS("two of its answers are the same"),

    /** Another row says the opposite. */
    CONTRADICTION(
            "an answer is preferred here and rejected in another row with the same prompt, or the other way round");

    private final String meaning;

    RowFinding(String meaning) {
        this.meaning = meaning;
    }

    /** In words. */
    public String meaning() {
        return meaning;
    }
}

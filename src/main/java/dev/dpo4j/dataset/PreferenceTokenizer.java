package dev.dpo4j.dataset;

import dev.dpo4j.dataset.Content.Messages;
import dev.dpo4j.dataset.Content.Text;
import dev.dpo4j.dataset.Content.TokenIds;
import dev.dpo4j.tokenizer.ChatMessage;
import dev.dpo4j.tokenizer.Tokenizer;
import dev.dpo4j.tokenizer.TokenizerException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Preferences to token ids by the rules of TRL's {@code DPOTrainer}.
 *
 * <p>Prompt and prompt with answer are tokenised as whole sequences; the prompt is what all of them begin with, over all
 * answers, so that they share it. A token in which prompt and answer merge thus belongs to the answer. Text answers end
 * with the EOS token; conversations hold what the chat template writes and nothing else; token ids are taken as they are.
 *
 * <p>A row of text whose prompt comes to no token at all gets the BOS token as its prompt, where the tokenizer has one:
 * the first token of a sequence has no log-probability, and TRL silently leaves that token of the answer out.
 */
public final class PreferenceTokenizer {

    private final @Nullable Tokenizer tokenizer;
    private final int vocabularySize;
    private final Clock at;

    /**
     * For one model.
     *
     * @param tokenizer null: the model takes token ids only
     * @param vocabularySize the model's; ids from 0 to one less are accepted
     */
    public PreferenceTokenizer(@Nullable Tokenizer tokenizer, int vocabularySize) {
        this(tokenizer, vocabularySize, Clock.system(ZoneId.systemDefault()));
    }

    /**
     * For one model at a given time: some chat templates print the date, and a job must see the same tokens on every day it runs.
     *
     * @param tokenizer null: the model takes token ids only
     * @param vocabularySize the model's; ids from 0 to one less are accepted
     * @param at what such a template goes by
     */
    public PreferenceTokenizer(@Nullable Tokenizer tokenizer, int vocabularySize, Clock at) {
        this.tokenizer = tokenizer;
        this.vocabularySize = vocabularySize;
        this.at = at;
    }

    /**
     * Tokenises one preference; safe for use by many threads.
     *
     * @param row its number, from 1, for the messages of a job
     * @throws InvalidRowException when the model cannot take it, naming the place
     */
    public TokenizedPreference tokenize(int row, PreferenceExample example) {
        TokenizedPreference preference = switch (example.prompt()) {
            case TokenIds prompt -> ofIds(row, prompt, example);
            case Text prompt -> ofText(row, prompt, example);
            case Messages prompt -> ofMessages(row, prompt, example);
        };
        return preference.withWeight(example.weight());
    }

    /**
     * The prompt's tokens when no answer follows: more than a row's prompt has where its last token merges with an answer.
     *
     * @throws InvalidRowException when the model cannot take it
     */
    public int[] promptAlone(PreferenceExample example) {
        return switch (example.prompt()) {
            case TokenIds prompt -> prompt.ids();
            case Text prompt -> promptAlone(prompt);
            case Messages prompt -> promptAlone(prompt);
        };
    }

    private int[] promptAlone(Text prompt) {
        return encoded(prompt, () -> tokenizer(prompt).encode(prompt.text(), true));
    }

    private int[] promptAlone(Messages prompt) {
        return encoded(prompt, () -> tokenizer(prompt).encodeChat(prompt.messages(), true, at));
    }

    private TokenizedPreference ofIds(int row, TokenIds prompt, PreferenceExample example) {
        requireInVocabulary(prompt);
        if (prompt.ids().length == 0) {
            throw new InvalidRowException(
                    prompt.pointer(),
                    "is empty: the first token of a sequence has no log-probability, so begin with one");
        }
        List<int[]> answers = new ArrayList<>();
        for (Content answer : example.answers()) {
            TokenIds ids = (TokenIds) answer;
            requireInVocabulary(ids);
            answers.add(ids.ids());
        }
        return of(row, prompt.ids(), answers, example);
    }

    private void requireInVocabulary(TokenIds tokens) {
        for (int i = 0; i < tokens.ids().length; i++) {
            if (tokens.ids()[i] >= vocabularySize) {
                throw new InvalidRowException(
                        tokens.pointer() + "/" + i,
                        "token id " + tokens.ids()[i] + " is outside the model's vocabulary of " + vocabularySize);
            }
        }
    }

    private TokenizedPreference ofText(int row, Text prompt, PreferenceExample example) {
        Tokenizer text = tokenizer(prompt);
        String eos = text.eosToken();
        if (eos == null) {
            throw new InvalidRowException(
                    prompt.pointer(), "the model's tokenizer names no eos_token, which text answers must end with");
        }
        int[] promptIds = promptAlone(prompt);
        List<int[]> sequences = new ArrayList<>();
        for (Content answer : example.answers()) {
            String end = ((Text) answer).text();
            String ended = end.endsWith(eos) ? end : end + eos;
            sequences.add(encoded(answer, () -> text.encode(prompt.text() + ended, true)));
        }
        return split(row, promptIds, sequences, example, text.bosTokenId());
    }

    private TokenizedPreference ofMessages(int row, Messages prompt, PreferenceExample example) {
        Tokenizer chat = tokenizer(prompt);
        int[] promptIds = promptAlone(prompt);
        List<int[]> sequences = new ArrayList<>();
        for (Content answer : example.answers()) {
            List<ChatMessage> whole = new ArrayList<>(prompt.messages());
            whole.addAll(((Messages) answer).messages());
            sequences.add(encoded(answer, () -> chat.encodeChat(whole, false, at)));
        }
        return split(row, promptIds, sequences, example, null);
    }

    private Tokenizer tokenizer(Content content) {
        if (tokenizer == null) {
            throw new InvalidRowException(
                    content.pointer(), "the model has no tokenizer: give lists of token ids instead of text");
        }
        return tokenizer;
    }

    private int[] encoded(Content content, java.util.function.Supplier<int[]> encoding) {
        try {
            int[] ids = encoding.get();
            for (int id : ids) {
                if (id >= vocabularySize) {
                    throw new InvalidRowException(
                            content.pointer(),
                            "its token " + id + " is outside the model's vocabulary of " + vocabularySize
                                    + ": tokenizer and model do not belong together");
                }
            }
            return ids;
        } catch (TokenizerException e) {
            throw new InvalidRowException(content.pointer(), String.valueOf(e.getMessage()));
        }
    }

    private static TokenizedPreference split(
            int row, int[] promptIds, List<int[]> sequences, PreferenceExample example, @Nullable Integer bos) {
        int shared = promptIds.length;
        for (int[] sequence : sequences) {
            int differs = Arrays.mismatch(promptIds, sequence);
            shared = Math.min(shared, differs < 0 ? promptIds.length : differs);
        }
        List<int[]> answers = new ArrayList<>();
        for (int i = 0; i < sequences.size(); i++) {
            int[] sequence = sequences.get(i);
            if (sequence.length == shared) {
                throw new InvalidRowException(
                        example.answers().get(i).pointer(), "leaves no token for the answer once tokenised");
            }
            answers.add(Arrays.copyOfRange(sequence, shared, sequence.length));
        }
        int[] prompt = Arrays.copyOf(promptIds, shared);
        if (shared == 0) {
            prompt = new int[] {beginning(example.prompt(), bos)};
        }
        return of(row, prompt, answers, example);
    }

    private static TokenizedPreference of(int row, int[] prompt, List<int[]> answers, PreferenceExample example) {
        return new TokenizedPreference(
                row,
                prompt,
                answers.getFirst(),
                answers.subList(1, answers.size()),
                example.weight(),
                example.label(),
                null);
    }

    private static int beginning(Content prompt, @Nullable Integer bos) {
        if (bos == null) {
            throw new InvalidRowException(
                    prompt.pointer(),
                    "the prompt comes to no token, and there is no BOS token to begin with: begin with some text");
        }
        return bos;
    }
}

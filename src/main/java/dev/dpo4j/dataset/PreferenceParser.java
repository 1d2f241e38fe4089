package dev.dpo4j.dataset;

import dev.dpo4j.dataset.Content.Messages;
import dev.dpo4j.dataset.Content.Text;
import dev.dpo4j.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One JSON preference, in any of the accepted shapes, to a {@link PreferenceExample}. The shape is told by the members:
 *
 * <ul>
 *   <li>OpenAI: {@code input.messages}, {@code preferred_output}, {@code non_preferred_output};
 *   <li>ShareGPT and LLaMA-Factory: {@code conversations}, or {@code instruction} with {@code input}, {@code system}
 *       and {@code history}, and {@code chosen}, {@code rejected};
 *   <li>TRL's unpaired: {@code prompt}, {@code completion} and {@code label}, or {@code prompt_ids}, {@code completion_ids} and it;
 *   <li>token ids: {@code prompt_ids}, {@code chosen_ids}, {@code rejected_ids}, or lists of numbers in TRL's members;
 *   <li>TRL: {@code prompt}, {@code chosen}, {@code rejected} as text or messages; without {@code prompt} it is what
 *       the answers begin with.
 * </ul>
 *
 * <p>In every shape the rejected answer may be a list of answers, {@code id} a name of the sender's own, and {@code weight} as how many
 * preferences the row counts.
 */
public final class PreferenceParser {

    private static final Set<String> OPENAI =
            Set.of("preferred_output", "non_preferred_output", "preferred_completion", "non_preferred_completion");
    private static final Set<String> LABELLED = Set.of("completion", "completion_ids", "label");
    private static final Set<String> COMPARED = Set.of("chosen", "rejected", "chosen_ids", "rejected_ids");
    private static final Set<String> IDS = Set.of("prompt_ids", "chosen_ids", "rejected_ids");

    /** Beyond this a weight is more likely another number in its place. */
    private static final double HIGHEST_WEIGHT = 1e6;

    private final Field row;
    private final @Nullable String id;
    private final Set<String> known = new LinkedHashSet<>(List.of("id", "weight"));

    private PreferenceParser(Field row) {
        this.row = row;
        this.id = row.find("id").map(PreferenceParser::identifier).orElse(null);
    }

    /**
     * Reads one preference.
     *
     * @param row a JSON object
     * @param pointer where it stands in what the client sent; empty: it is all there is
     * @throws InvalidRowException naming the member and what is wrong with it
     */
    public static PreferenceExample parse(JsonNode row, String pointer, UnknownFields unknownFields) {
        Field field = new Field(row, pointer);
        field.requireObject();
        PreferenceParser parser = new PreferenceParser(field);
        double weight = field.find("weight").map(PreferenceParser::weight).orElse(1.0);
        PreferenceExample example = parser.parse().withWeight(weight);
        if (unknownFields == UnknownFields.REFUSED) {
            parser.refuseUnknown();
        }
        return example;
    }

    private PreferenceExample parse() {
        if (hasAny(OPENAI)) {
            return openAi();
        }
        if (hasAny(LABELLED) && !hasAny(COMPARED)) {
            return labelled();
        }
        if (hasAny(IDS)) {
            return ids();
        }
        if (row.has("conversations") && !row.has("prompt")) {
            return conversations();
        }
        if (row.has("instruction") && !row.has("prompt")) {
            return instruction();
        }
        return trl();
    }

    private boolean hasAny(Set<String> names) {
        return names.stream().anyMatch(row::has);
    }

    private void refuseUnknown() {
        for (Map.Entry<String, JsonNode> member : row.node().properties()) {
            if (!known.contains(member.getKey())) {
                throw new InvalidRowException(
                        row.at(member.getKey()),
                        "unknown field; a preference of this shape has " + String.join(", ", known));
            }
        }
    }

    private static String identifier(Field id) {
        if (id.node().isIntegralNumber()) {
            return id.node().asString();
        }
        String text = id.text();
        if (text.isBlank()) {
            throw id.invalid("must not be empty");
        }
        return text;
    }

    private static double weight(Field weight) {
        double number = weight.node().isNumber() ? weight.node().doubleValue() : Double.NaN;
        if (number >= 0 && number <= HIGHEST_WEIGHT) {
            return number;
        }
        throw weight.invalid("must be a number from 0 to 1000000, not " + weight.kind());
    }

    private PreferenceExample openAi() {
        known.add("input");
        Field input = row.get("input");
        input.requireObject();
        input.find("tools").filter(tools -> !tools.node().isEmpty()).ifPresent(tools -> {
            throw tools.invalid("tools are not supported: leave them out");
        });
        Field prompt = input.get("messages");
        Field preferred = either("preferred_output", "preferred_completion");
        Field other = either("non_preferred_output", "non_preferred_completion");
        return checked(
                new Messages(MessageParser.messages(prompt), prompt.pointer()),
                output(preferred),
                other.startsWith(JsonNode::isArray)
                        ? other.items().stream().map(PreferenceParser::output).toList()
                        : List.of(output(other)));
    }

    private Field either(String name, String olderName) {
        known.add(name);
        Optional<Field> older = row.find(olderName);
        older.ifPresent(field -> known.add(olderName));
        return row.find(name).or(() -> older).orElseGet(() -> row.get(name));
    }

    private static Content output(Field field) {
        field.requireArray();
        Content answer = ContentParser.answer(field);
        List<ChatMessage> messages = messages(answer);
        for (int i = 0; i < messages.size(); i++) {
            if (!Set.of("assistant", "tool").contains(messages.get(i).role())) {
                throw new InvalidRowException(
                        field.pointer() + "/" + i + "/role",
                        "an output holds messages of the assistant, not of '"
                                + messages.get(i).role() + "'");
            }
        }
        return answer;
    }

    private PreferenceExample ids() {
        known.addAll(List.of("prompt_ids", "chosen_ids", "rejected_ids"));
        Content chosen = ContentParser.answer(row.get("chosen_ids"));
        List<Content> rejected = ContentParser.answers(row.get("rejected_ids"));
        Content prompt = ContentParser.prompt(row.get("prompt_ids"));
        requireKind(Content.TokenIds.class, chosen, rejected, "a list of token ids");
        if (!(prompt instanceof Content.TokenIds)) {
            throw new InvalidRowException(prompt.pointer(), "must be a list of token ids");
        }
        return new PreferenceExample(id, prompt, chosen, rejected);
    }

    private PreferenceExample labelled() {
        boolean ids = row.has("completion_ids");
        String nameOfPrompt = ids ? "prompt_ids" : "prompt";
        String nameOfAnswer = ids ? "completion_ids" : "completion";
        known.addAll(List.of(nameOfPrompt, nameOfAnswer, "label"));
        Content answer = ContentParser.answer(row.get(nameOfAnswer));
        Content prompt = ContentParser.prompt(row.get(nameOfPrompt));
        Label label = Label.of(row.get("label"));
        if (ids) {
            requireKind(Content.TokenIds.class, answer, List.of(), "a list of token ids");
        }
        if (prompt instanceof Messages) {
            answer = asMessages(answer, "assistant");
        } else if (answer instanceof Messages) {
            prompt = asMessages(prompt, "user");
        }
        if (prompt.getClass() != answer.getClass()) {
            throw new InvalidRowException(
                    prompt.pointer(), "is " + kind(prompt) + ", but the answer is " + kind(answer));
        }
        return new PreferenceExample(id, prompt, answer, List.of(), 1, label);
    }

    private PreferenceExample conversations() {
        known.addAll(List.of("conversations", "system", "chosen", "rejected"));
        Field conversations = row.get("conversations");
        List<ChatMessage> prompt = new ArrayList<>(MessageParser.messages(conversations));
        if (!prompt.getFirst().role().equals("system")) {
            system().ifPresent(prompt::addFirst);
        }
        return chat(new Messages(prompt, conversations.pointer()));
    }

    private PreferenceExample instruction() {
        known.addAll(List.of("instruction", "input", "system", "history", "chosen", "rejected"));
        Field instruction = row.get("instruction");
        List<ChatMessage> prompt = new ArrayList<>();
        system().ifPresent(prompt::add);
        row.find("history").ifPresent(history -> {
            for (Field turn : history.items()) {
                List<Field> pair = turn.items();
                if (pair.size() != 2) {
                    throw turn.invalid("must be a question and its answer");
                }
                prompt.add(new ChatMessage("user", pair.get(0).text()));
                prompt.add(new ChatMessage("assistant", pair.get(1).text()));
            }
        });
        String input = row.find("input").map(Field::text).orElse("");
        prompt.add(new ChatMessage("user", instruction.text() + (input.isEmpty() ? "" : "\n" + input)));
        return chat(new Messages(prompt, instruction.pointer()));
    }

    private Optional<ChatMessage> system() {
        return row.find("system")
                .map(Field::text)
                .filter(text -> !text.isEmpty())
                .map(text -> new ChatMessage("system", text));
    }

    /** Answers given as plain text become messages of the assistant. */
    private PreferenceExample chat(Messages prompt) {
        Content chosen = asMessages(ContentParser.answer(row.get("chosen")), "assistant");
        List<Content> rejected = ContentParser.answers(row.get("rejected")).stream()
                .map(answer -> asMessages(answer, "assistant"))
                .toList();
        return checked(prompt, chosen, rejected);
    }

    private PreferenceExample trl() {
        known.addAll(List.of("prompt", "chosen", "rejected"));
        Content chosen = ContentParser.answer(row.get("chosen"));
        List<Content> rejected = ContentParser.answers(row.get("rejected"));
        Optional<Content> prompt = row.find("prompt").map(ContentParser::prompt);
        if (prompt.isEmpty()) {
            requireOneKind(chosen, rejected);
            return chosen instanceof Content.TokenIds
                    ? explicit(ContentParser.prompt(row.get("prompt")), chosen, rejected)
                    : ImplicitPrompt.split(id, chosen, rejected);
        }
        return explicit(prompt.get(), chosen, rejected);
    }

    private PreferenceExample explicit(Content prompt, Content chosen, List<Content> rejected) {
        if (prompt instanceof Messages messages && chosen instanceof Text) {
            return chat(messages);
        }
        if (prompt instanceof Text text && chosen instanceof Messages messages) {
            requireOneKind(chosen, rejected);
            // many sets of the hub carry the question as text beside conversations that repeat it
            boolean repeated = !messages.messages().getFirst().role().equals("assistant")
                    && ImplicitPrompt.sharedMessages(messages, rejected) > 0;
            return repeated
                    ? ImplicitPrompt.split(id, chosen, rejected)
                    : checked((Messages) asMessages(text, "user"), chosen, rejected);
        }
        requireOneKind(chosen, rejected);
        if (prompt.getClass() != chosen.getClass()) {
            throw new InvalidRowException(
                    prompt.pointer(), "is " + kind(prompt) + ", but the answers are " + kind(chosen));
        }
        return new PreferenceExample(id, prompt, chosen, rejected);
    }

    private PreferenceExample checked(Messages prompt, Content chosen, List<Content> rejected) {
        requireKind(Messages.class, chosen, rejected, "messages");
        return new PreferenceExample(id, prompt, chosen, rejected);
    }

    private static void requireOneKind(Content chosen, List<Content> rejected) {
        requireKind(chosen.getClass(), chosen, rejected, "of one kind with the chosen answer, " + kind(chosen));
    }

    private static void requireKind(
            Class<? extends Content> kind, Content chosen, List<Content> rejected, String expected) {
        List<Content> answers = new ArrayList<>(List.of(chosen));
        answers.addAll(rejected);
        for (Content answer : answers) {
            if (!kind.isInstance(answer)) {
                throw new InvalidRowException(answer.pointer(), "must be " + expected + ", not " + kind(answer));
            }
        }
    }

    private static Content asMessages(Content content, String role) {
        return content instanceof Text text
                ? new Messages(List.of(new ChatMessage(role, text.text())), text.pointer())
                : content;
    }

    private static List<ChatMessage> messages(Content content) {
        if (content instanceof Messages messages) {
            return messages.messages();
        }
        throw new InvalidRowException(content.pointer(), "must be a list of messages, not " + kind(content));
    }

    private static String kind(Content content) {
        return switch (content) {
            case Content.TokenIds ids -> "token ids";
            case Text text -> "text";
            case Messages messages -> "messages";
        };
    }
}

package dev.dpo4j.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class PreferenceParserTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"input":{"messages":[{"role":"user","content":"Q"}],"tools":[],"parallel_tool_calls":true},"preferred_output":[{"role":"assistant","content":"A"}],"non_preferred_output":[{"role":"assistant","content":"B"}]} | user:Q | assistant:A | assistant:B
            {"input":{"messages":[{"role":"user","content":"Q"}]},"preferred_completion":[{"role":"assistant","content":"A"}],"non_preferred_completion":[{"role":"assistant","content":"B"}]} | user:Q | assistant:A | assistant:B
            {"input":{"messages":[{"role":"user","content":"Q"}]},"preferred_output":[{"role":"assistant","content":"A"}],"non_preferred_output":[[{"role":"assistant","content":"B"}],[{"role":"assistant","content":"C"}]]} | user:Q | assistant:A | assistant:B / assistant:C
            {"input":{"messages":[{"role":"user","content":[{"type":"text","text":"Q"},{"type":"text","text":"R"}]}]},"preferred_output":[{"role":"assistant","content":"A"}],"non_preferred_output":[{"role":"assistant","content":"B"}]} | user:QR | assistant:A | assistant:B
            {"prompt":"Q","chosen":" A","rejected":" B","score":3} | 'Q' | ' A' | ' B'
            {"prompt":"Q","chosen":" A","rejected":[" B"," C"]} | 'Q' | ' A' | ' B' / ' C'
            {"prompt":"","chosen":"A","rejected":"B"} | '' | 'A' | 'B'
            {"chosen":"Hi there you","rejected":"Hi there me"} | 'Hi there' | ' you' | ' me'
            {"chosen":"Paris is","rejected":"Parma is"} | 'Par' | 'is is' | 'ma is'
            {"chosen":"Paris ","rejected":"London"} | '' | 'Paris ' | 'London'
            {"chosen":"The sky is blue","rejected":"The sky is blue and vast"} | 'The sky is' | ' blue' | ' blue and vast'
            {"chosen":"The sky is blue and vast","rejected":"The sky is blue"} | 'The sky is' | ' blue and vast' | ' blue'
            {"chosen":"Yes","rejected":"Yes!"} | '' | 'Yes' | 'Yes!'
            {"chosen":"a b c d","rejected":["a b c e","a b x"]} | 'a b' | ' c d' | ' c e' / ' x'
            {"chosen":"x \\ud83d\\ude42","rejected":"x \\ud83d\\ude00"} | 'x' | ' \ud83d\ude42' | ' \ud83d\ude00'
            {"prompt":[{"role":"user","content":"Q"}],"chosen":[{"role":"assistant","content":"A"}],"rejected":[{"role":"assistant","content":"B"}]} | user:Q | assistant:A | assistant:B
            {"prompt":[{"role":"user","content":"Q"}],"chosen":[{"role":"assistant","content":"A"}],"rejected":[[{"role":"assistant","content":"B"}],[{"role":"assistant","content":"C"}]]} | user:Q | assistant:A | assistant:B / assistant:C
            {"prompt":[{"role":"user","content":"Q"}],"chosen":"A","rejected":["B","C"]} | user:Q | assistant:A | assistant:B / assistant:C
            {"prompt":"Q","chosen":[{"role":"assistant","content":"A"}],"rejected":[{"role":"assistant","content":"B"}]} | user:Q | assistant:A | assistant:B
            {"prompt":"Q","chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}],"rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"B"}]} | user:Q | assistant:A | assistant:B
            {"prompt":"Q","chosen":{"role":"assistant","content":"A"},"rejected":{"role":"assistant","content":"B"}} | user:Q | assistant:A | assistant:B
            {"chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}],"rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"B"}]} | user:Q | assistant:A | assistant:B
            {"chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}],"rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"},{"role":"user","content":"R"}]} | user:Q | assistant:A | assistant:A, user:R
            {"conversations":[{"from":"system","value":"S"},{"from":"human","value":"Q"}],"chosen":{"from":"gpt","value":"A"},"rejected":{"from":"gpt","value":"B"}} | system:S, user:Q | assistant:A | assistant:B
            {"conversations":[{"from":"human","value":"Q"}],"system":"S","chosen":{"from":"gpt","value":"A"},"rejected":["B","C"]} | system:S, user:Q | assistant:A | assistant:B / assistant:C
            {"conversations":[{"role":"user","content":"Q"}],"system":"","chosen":"A","rejected":[{"from":"gpt","value":"B"}]} | user:Q | assistant:A | assistant:B
            {"instruction":"Q","chosen":"A","rejected":"B"} | user:Q | assistant:A | assistant:B
            {"instruction":"Q","input":"","system":null,"history":[],"chosen":"A","rejected":"B"} | user:Q | assistant:A | assistant:B
            {"instruction":"Q","input":"I","system":"S","history":[["X","Y"]],"chosen":"A","rejected":["B","C"]} | system:S, user:X, assistant:Y, user:Q\u23ceI | assistant:A | assistant:B / assistant:C
            {"prompt":[1,2],"chosen":[3],"rejected":[4,5]} | [1, 2] | [3] | [4, 5]
            {"prompt":[1,2],"chosen":[3],"rejected":[[4,5],[6]]} | [1, 2] | [3] | [4, 5] / [6]
            {"prompt":[],"chosen":[3],"rejected":[4]} | [] | [3] | [4]
            {"prompt_ids":[1,2],"chosen_ids":[3],"rejected_ids":[4,5]} | [1, 2] | [3] | [4, 5]
            {"prompt_ids":[1,2],"chosen_ids":[3],"rejected_ids":[[4,5],[6]],"note":1} | [1, 2] | [3] | [4, 5] / [6]
            """)
    void everyShapeIsRecognised(String row, String prompt, String chosen, String rejected) {
        PreferenceExample example = parse(row);
        assertThat(shown(example.prompt())).isEqualTo(prompt);
        assertThat(shown(example.chosen())).isEqualTo(chosen);
        assertThat(example.rejected().stream().map(PreferenceParserTest::shown).toList())
                .containsExactly(rejected.split(" / "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"prompt":"Q","completion":" A","label":true,"score":3} | 'Q' | ' A' | GOOD
            {"prompt":"Q","completion":" A","label":"bad"} | 'Q' | ' A' | BAD
            {"prompt":"Q","completion":" A","label":"good","chosen":null,"rejected":null} | 'Q' | ' A' | GOOD
            {"prompt":[{"role":"user","content":"Q"}],"completion":[{"role":"assistant","content":"A"}],"label":false} | user:Q | assistant:A | BAD
            {"prompt":[{"role":"user","content":"Q"}],"completion":"A","label":false} | user:Q | assistant:A | BAD
            {"prompt":"Q","completion":{"role":"assistant","content":"A"},"label":true} | user:Q | assistant:A | GOOD
            {"prompt":[1,2],"completion":[3],"label":true} | [1, 2] | [3] | GOOD
            {"prompt_ids":[1,2],"completion_ids":[3],"label":false} | [1, 2] | [3] | BAD
            """)
    void aLabelledAnswerIsRecognised(String row, String prompt, String answer, Label label) {
        PreferenceExample example = parse(row);
        assertThat(shown(example.prompt())).isEqualTo(prompt);
        assertThat(shown(example.chosen())).isEqualTo(answer);
        assertThat(example.rejected()).isEmpty();
        assertThat(example.label()).isEqualTo(label);
        assertThat(Feedback.LABELLED_ANSWERS.of(example)).containsExactly(example);
    }

    @Test
    void aPreferenceHoldsAGoodAnswerAndBadOnes() {
        PreferenceExample example = parse("{\"prompt\":\"Q\",\"chosen\":\"A\",\"rejected\":[\"B\",\"A\"],\"label\":1}");
        assertThat(example.label()).isNull();
        assertThat(Feedback.PREFERENCES.of(example)).containsExactly(example);
        assertThat(Feedback.LABELLED_ANSWERS.of(example).stream()
                        .map(each -> shown(each.prompt()) + shown(each.chosen()) + each.label()))
                .containsExactly("'Q''A'GOOD", "'Q''B'BAD", "'Q''A'BAD");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"prompt":"Q","completion":"A"} | /label | is missing
            {"prompt":"Q","label":true} | /completion | is missing
            {"completion":"A","label":true} | /prompt | is missing
            {"completion_ids":[3],"label":true} | /prompt_ids | is missing
            {"prompt":"Q","completion":"A","label":1} | /label | must be true or "good", or false or "bad", not the number 1
            {"prompt":"Q","completion":"A","label":"Good"} | /label | must be true or "good", or false or "bad", not "Good"
            {"prompt":"Q","completion":"","label":true} | /completion | an answer must not be empty
            {"prompt":"Q","completion":[3],"label":true} | /prompt | is text, but the answer is token ids
            {"prompt":[1],"completion":[{"role":"assistant","content":"A"}],"label":true} | /prompt | is token ids, but the answer is messages
            {"prompt_ids":"Q","completion_ids":"A","label":true} | /completion_ids | must be a list of token ids, not text
            7 | `` | must be an object, not the number 7
            {} | /chosen | is missing
            {"prompt":"Q","rejected":"B"} | /chosen | is missing
            {"prompt":"Q","chosen":"A"} | /rejected | is missing
            {"prompt":"Q","chosen":null,"rejected":"B"} | /chosen | is missing
            {"prompt":7,"chosen":"A","rejected":"B"} | /prompt | must be a string, a list of token ids or a list of messages, not the number 7
            {"prompt":"Q","chosen":"","rejected":"B"} | /chosen | an answer must not be empty
            {"prompt":"Q","chosen":"A","rejected":["B",""]} | /rejected/1 | an answer must not be empty
            {"prompt":"Q","chosen":"A","rejected":[]} | /rejected | is empty
            {"prompt":"Q","chosen":[],"rejected":"B"} | /chosen | is empty
            {"prompt":"Q","chosen":true,"rejected":"B"} | /chosen | must be a string, a list of token ids or a list of messages, not true
            {"prompt":"Q","chosen":["A"],"rejected":"B"} | /chosen | must be a string, a list of token ids or a list of messages, not a list that starts with a string
            {"prompt":"Q","chosen":"A","rejected":[4]} | /rejected | must be of one kind with the chosen answer, text, not token ids
            {"prompt":"Q","chosen":[3],"rejected":[4]} | /prompt | is text, but the answers are token ids
            {"prompt":[1],"chosen":"A","rejected":"B"} | /prompt | is token ids, but the answers are text
            {"chosen":[3],"rejected":[4]} | /prompt | is missing
            {"chosen":"A","rejected":["B","A"]} | /rejected/1 | is the same as the chosen answer, so there is no telling the prompt from the answers
            {"chosen":[{"role":"user","content":"Q"}],"rejected":[{"role":"user","content":"Q"}]} | /rejected | is the same as the chosen answer, so there is no telling the prompt from the answers
            {"chosen":[{"role":"user","content":"Q"}],"rejected":[{"role":"user","content":"R"}]} | /chosen | chosen and rejected begin with no message in common: give the prompt in a member of its own
            {"prompt":[1,2.0],"chosen":[3],"rejected":[4]} | /prompt/1 | a token id must be a whole number from 0, not the number 2.0
            {"prompt":[1],"chosen":[-3],"rejected":[4]} | /chosen/0 | a token id must be a whole number from 0, not the number -3
            {"prompt":[1],"chosen":[3],"rejected":[4,"5"]} | /rejected/1 | a token id must be a whole number from 0, not a string
            {"prompt":[1],"chosen":[3],"rejected":[[4],[5,null]]} | /rejected/1/1 | a token id must be a whole number from 0, not null
            {"prompt":[1],"chosen":[3],"rejected":[[4],[]]} | /rejected/1 | is empty
            {"prompt":[1],"chosen":[99999999999],"rejected":[4]} | /chosen/0 | a token id must be a whole number from 0, not the number 99999999999
            {"prompt_ids":[1],"chosen_ids":"A","rejected_ids":[4]} | /chosen_ids | must be a list of token ids, not text
            {"prompt_ids":"Q","chosen_ids":[3],"rejected_ids":[4]} | /prompt_ids | must be a list of token ids
            {"chosen_ids":[3],"rejected_ids":[4]} | /prompt_ids | is missing
            {"prompt":[{"role":"user"}],"chosen":"A","rejected":"B"} | /prompt/0/content | is missing
            {"prompt":[{"content":"Q"}],"chosen":"A","rejected":"B"} | /prompt/0/role | is missing
            {"prompt":[{"role":" ","content":"Q"}],"chosen":"A","rejected":"B"} | /prompt/0/role | must not be empty
            {"prompt":[{"role":"user","content":7}],"chosen":"A","rejected":"B"} | /prompt/0/content | must be a string, not the number 7
            {"prompt":[{"role":"user","content":[{"type":"image_url"}]}],"chosen":"A","rejected":"B"} | /prompt/0/content/0/type | only parts of type 'text' are supported, not 'image_url'
            {"prompt":[{"role":"user","content":"Q"},7],"chosen":"A","rejected":"B"} | /prompt/1 | must be an object, not the number 7
            {"prompt":[{"role":"user","content":"Q"}],"chosen":[{"role":"assistant","content":""}],"rejected":"B"} | /chosen | an answer must not be empty
            {"prompt":[{"role":"user","content":"Q"}],"chosen":[{"role":"assistant","content":"A","tool_calls":[{}]}],"rejected":"B"} | /chosen/0/tool_calls | calls of tools are not supported: leave such rows out
            {"input":{"messages":[{"role":"user","content":"Q"}],"tools":[{}]},"preferred_output":[],"non_preferred_output":[]} | /input/tools | tools are not supported: leave them out
            {"input":{"messages":[]},"preferred_output":[{"role":"assistant","content":"A"}],"non_preferred_output":[{"role":"assistant","content":"B"}]} | /input/messages | must hold at least one message
            {"input":{},"preferred_output":[],"non_preferred_output":[]} | /input/messages | is missing
            {"preferred_output":[],"non_preferred_output":[]} | /input | is missing
            {"input":{"messages":[{"role":"user","content":"Q"}]},"preferred_output":[{"role":"assistant","content":"A"}]} | /non_preferred_output | is missing
            {"input":{"messages":[{"role":"user","content":"Q"}]},"preferred_output":"A","non_preferred_output":[{"role":"assistant","content":"B"}]} | /preferred_output | must be a list, not a string
            {"input":{"messages":[{"role":"user","content":"Q"}]},"preferred_output":[{"role":"user","content":"A"}],"non_preferred_output":[{"role":"assistant","content":"B"}]} | /preferred_output/0/role | an output holds messages of the assistant, not of 'user'
            {"conversations":[{"from":"function_call","value":"x"}],"chosen":"A","rejected":"B"} | /conversations/0/from | must be human, gpt or system, not 'function_call'
            {"conversations":[{"from":"human","value":"Q"}],"chosen":[3],"rejected":"B"} | /chosen | must be messages, not token ids
            {"instruction":7,"chosen":"A","rejected":"B"} | /instruction | must be a string, not the number 7
            {"instruction":"Q","history":[["X"]],"chosen":"A","rejected":"B"} | /history/0 | must be a question and its answer
            {"id":{},"prompt":"Q","chosen":"A","rejected":"B"} | /id | must be a string, not an object
            {"id":"","prompt":"Q","chosen":"A","rejected":"B"} | /id | must not be empty
            {"weight":-1,"prompt":"Q","chosen":"A","rejected":"B"} | /weight | must be a number from 0 to 1000000, not the number -1
            {"weight":1e400,"prompt":"Q","chosen":"A","rejected":"B"} | /weight | must be a number from 0 to 1000000, not the number
            {"weight":1000001,"prompt":"Q","chosen":"A","rejected":"B"} | /weight | must be a number from 0 to 1000000, not the number 1000001
            {"weight":"2","prompt":"Q","chosen":"A","rejected":"B"} | /weight | must be a number from 0 to 1000000, not a string
            {"weight":true,"prompt":"Q","chosen":"A","rejected":"B"} | /weight | must be a number from 0 to 1000000, not true
            """)
    void whatIsWrongIsSaidWithItsPlace(String row, String pointer, String reason) {
        assertThatThrownBy(() -> parse(row)).isInstanceOfSatisfying(InvalidRowException.class, problem -> {
            assertThat(problem.pointer()).isEqualTo(pointer);
            assertThat(problem.reason()).startsWith(reason);
        });
    }

    @Test
    void senderMayNameARow() {
        assertThat(parse("{\"id\":\"a-1\",\"prompt\":\"Q\",\"chosen\":\"A\",\"rejected\":\"B\"}")
                        .id())
                .isEqualTo("a-1");
        assertThat(parse("{\"id\":17,\"chosen\":\"a b\",\"rejected\":\"a c\"}").id())
                .isEqualTo("17");
        assertThat(parse("{\"prompt\":\"Q\",\"chosen\":\"A\",\"rejected\":\"B\"}")
                        .id())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"prompt":"Q","chosen":"A","rejected":"B"} | 1
            {"weight":null,"prompt":"Q","chosen":"A","rejected":"B"} | 1
            {"weight":0,"prompt":"Q","chosen":"A","rejected":"B"} | 0
            {"weight":2.5,"chosen":"a b","rejected":"a c"} | 2.5
            {"weight":3,"prompt_ids":[1],"chosen_ids":[2],"rejected_ids":[3]} | 3
            {"weight":1e6,"instruction":"Q","chosen":"A","rejected":"B"} | 1000000
            {"weight":0.1,"conversations":[{"from":"human","value":"Q"}],"chosen":"A","rejected":"B"} | 0.1
            {"weight":4,"input":{"messages":[{"role":"user","content":"Q"}]},"preferred_output":[{"role":"assistant","content":"A"}],"non_preferred_output":[{"role":"assistant","content":"B"}]} | 4
            """)
    void aRowOfAnyShapeMayHaveAWeight(String row, double weight) {
        assertThat(PreferenceParser.parse(JsonMapper.shared().readTree(row), "", UnknownFields.REFUSED)
                        .weight())
                .isEqualTo(weight);
    }

    @Test
    void unknownMemberIsRefusedWhenTheCallerIsStrict() {
        String row = "{\"prompt\":\"Q\",\"chosen\":\"A\",\"rejected\":\"B\",\"a/b\":1}";
        assertThat(parse(row).prompt()).isInstanceOf(Content.Text.class);
        assertThatThrownBy(() -> PreferenceParser.parse(
                        JsonMapper.shared().readTree(row), "/preferences/3", UnknownFields.REFUSED))
                .isInstanceOf(InvalidRowException.class)
                .hasMessage("/preferences/3/a~1b: unknown field; "
                        + "a preference of this shape has id, weight, prompt, chosen, rejected");
    }

    @Test
    void pointersBeginWhereTheCallerSays() {
        PreferenceExample example = PreferenceParser.parse(
                JsonMapper.shared().readTree("{\"prompt\":\"Q\",\"chosen\":\"A\",\"rejected\":[\"B\",\"C\"]}"),
                "/preferences/3",
                UnknownFields.REFUSED);
        assertThat(example.rejected().get(1).pointer()).isEqualTo("/preferences/3/rejected/1");
    }

    private static PreferenceExample parse(String row) {
        return PreferenceParser.parse(JsonMapper.shared().readTree(row), "", UnknownFields.IGNORED);
    }

    private static String shown(Content content) {
        return switch (content) {
            case Content.TokenIds ids -> java.util.Arrays.toString(ids.ids());
            case Content.Text text -> "'" + text.text() + "'";
            case Content.Messages messages ->
                String.join(
                        ", ",
                        messages.messages().stream()
                                .map(message ->
                                        message.role() + ":" + message.content().replace('\n', '\u23ce'))
                                .toList());
        };
    }
}

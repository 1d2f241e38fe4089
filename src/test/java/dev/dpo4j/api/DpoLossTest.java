package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.api.Http.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/dpo/loss} over the whole service: PyTorch's figures, and what is refused. */
@ServiceTest
class DpoLossTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final JsonNode NOTEBOOK = golden("notebook.json");
    private static final JsonNode TRL = golden("losses-open.json");
    private static final JsonNode LD_ALPHA = golden("ld-alpha.json");

    @TempDir
    private static Path models;

    @LocalServerPort
    int port;

    private Http http;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        registry.add("dpo4j.models.directory", () -> models);
        seeded(registry, "notebook-1", 1, NOTEBOOK.get("config"));
        seeded(registry, "tiny-1", 1, TRL.get("config"));
        seeded(registry, "tiny-2", 2, TRL.get("config"));
    }

    private static void seeded(DynamicPropertyRegistry registry, String id, int seed, JsonNode config) {
        String prefix = "dpo4j.models.seeded." + id;
        registry.add(prefix + ".seed", () -> seed);
        config.properties()
                .forEach(field -> registry.add(
                        prefix + ".config." + field.getKey().replace('_', '-'),
                        () -> field.getValue().asString()));
    }

    /** A model folder with a tokenizer. */
    @BeforeAll
    static void writeTextModel() throws IOException {
        TinyTextModel.write(models.resolve("text"));
    }

    @BeforeEach
    void connect() {
        http = new Http(port);
    }

    @Test
    void answersWithTheNotebooksNumbers() {
        JsonNode answer = ask(notebook());

        close(answer.get("loss"), NOTEBOOK.get("loss"));
        assertThat(answer.get("beta").asDouble()).isEqualTo(0.1);
        assertThat(answer.get("model").asString()).isEqualTo("notebook");
        assertThat(answer.get("reference_model").asString()).isEqualTo("notebook");
        assertThat(answer.propertyNames())
                .containsExactly("loss", "beta", "model", "reference_model", "preferences", "metrics");
        JsonNode preference = answer.get("preferences").get(0);
        assertThat(preference.get("logits")).isEqualTo(JSON.readTree("[0.0, 0.0]"));
        List<JsonNode> answers = answers(preference);
        assertThat(answers).hasSize(3);
        for (int a = 0; a < 3; a++) {
            JsonNode expected = NOTEBOOK.get("token_logps").get(a);
            close(answers.get(a).get("logprob"), NOTEBOOK.get("sequence_logps").get(a));
            close(
                    answers.get(a).get("reference_logprob"),
                    NOTEBOOK.get("sequence_logps").get(a));
            assertThat(answers.get(a).get("reward").asDouble()).isZero();
            assertThat(answers.get(a).get("num_tokens").asInt()).isEqualTo(4);
            for (int t = 0; t < 4; t++) {
                JsonNode token = answers.get(a).get("tokens").get(t);
                assertThat(token.propertyNames()).containsExactly("id", "policy_logprob", "reference_logprob");
                close(token.get("policy_logprob"), expected.get(t));
                close(token.get("reference_logprob"), expected.get(t));
            }
        }
        assertThat(answers.get(2)
                        .get("tokens")
                        .valueStream()
                        .map(token -> token.get("id").asInt()))
                .containsExactly(4, 5, 6, 0);
    }

    @Test
    void explainsEveryStepUnderTheNotebooksNames() {
        JsonNode steps = ask(notebook().put("explain", true)).get("explanation");

        assertThat(steps.propertyNames())
                .containsExactly(
                        "input_ids",
                        "labels",
                        "loss_mask",
                        "logits_corner",
                        "per_token_logps",
                        "all_logps",
                        "as_notebook_printed",
                        "policy_good_logps",
                        "policy_bad_logps",
                        "reference_good_logps",
                        "reference_bad_logps",
                        "logits",
                        "loss");
        assertThat(steps.get("input_ids"))
                .isEqualTo(JSON.readTree("[[1,2,3,4,5,6,7,8,9,10],[1,2,3,4,5,6,1,2,0,0],[1,2,3,4,5,6,4,5,6,0]]"));
        assertThat(steps.get("labels").get(2)).isEqualTo(JSON.readTree("[-100,-100,-100,-100,-100,4,5,6,0]"));
        assertThat(steps.get("loss_mask").get(2))
                .isEqualTo(JSON.readTree("[false,false,false,false,false,true,true,true,true]"));
        close(steps.get("logits_corner"), NOTEBOOK.get("logits_corner"));
        for (int a = 0; a < 3; a++) {
            JsonNode masked = steps.get("per_token_logps").get(a);
            assertThat(masked.valueStream().limit(5).map(JsonNode::asDouble)).containsOnly(0.0);
            ArrayNode counted = JSON.createArrayNode();
            masked.valueStream().skip(5).forEach(counted::add);
            close(counted, NOTEBOOK.get("token_logps").get(a));
        }
        close(steps.get("all_logps"), NOTEBOOK.get("sequence_logps"));
        JsonNode printed = NOTEBOOK.get("notebook_prints");
        close(steps.at("/as_notebook_printed/per_token_logps"), printed.get("per_token_logps"));
        close(steps.at("/as_notebook_printed/all_logps"), printed.get("all_logps"));
        close(steps.at("/policy_good_logps/0"), NOTEBOOK.at("/sequence_logps/0"));
        close(steps.at("/policy_bad_logps/1"), NOTEBOOK.at("/sequence_logps/2"));
        close(steps.at("/reference_good_logps/0"), NOTEBOOK.at("/sequence_logps/0"));
        close(steps.at("/reference_bad_logps/0"), NOTEBOOK.at("/sequence_logps/1"));
        assertThat(steps.get("logits")).isEqualTo(JSON.readTree("[0.0, 0.0]"));
        close(steps.get("loss"), NOTEBOOK.get("loss"));
    }

    @Test
    void answersWithTheNumbersOfAPolicyThatDiffersFromItsReference() {
        JsonNode expected = NOTEBOOK.get("policy_seed_1");

        JsonNode answer = ask(notebook().put("model", "notebook-1").put("reference_model", "notebook"));

        close(answer.get("loss"), expected.get("loss"));
        JsonNode preference = answer.get("preferences").get(0);
        close(preference.get("loss"), expected.get("loss"));
        close(preference.get("logits"), expected.get("logits"));
        List<JsonNode> answers = answers(preference);
        for (int a = 0; a < 3; a++) {
            close(answers.get(a).get("logprob"), expected.get("sequence_logps").get(a));
            close(
                    answers.get(a).get("reference_logprob"),
                    NOTEBOOK.get("sequence_logps").get(a));
            double logRatio = expected.get("sequence_logps").get(a).asDouble()
                    - NOTEBOOK.get("sequence_logps").get(a).asDouble();
            assertThat(answers.get(a).get("reward").asDouble()).isCloseTo(0.1 * logRatio, within(1e-5));
        }
    }

    static Stream<JsonNode> casesOfTrl() {
        return Stream.of(TRL, LD_ALPHA).flatMap(golden -> golden.get("cases").valueStream());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("casesOfTrl")
    void answersWithTrlsLossLogProbsAndGradientNormOfSeveralPreferences(JsonNode golden) {
        ObjectNode request = JSON.createObjectNode()
                .put("model", "tiny-1")
                .put("reference_model", "tiny-2")
                .put("include_gradient_norm", true);
        request.setAll((ObjectNode) golden.get("options"));
        ArrayNode preferences = request.putArray("preferences");
        TRL.get("batch")
                .forEach(row -> preferences
                        .addObject()
                        .set("prompt", row.get("prompt_ids"))
                        .set("chosen", row.get("chosen_ids"))
                        .set("rejected", row.get("rejected_ids")));

        JsonNode answer = ask(request);

        close(answer.get("loss"), golden.get("loss"));
        close(answer.get("gradient_norm"), golden.get("grad_norm"));
        JsonNode metrics = golden.get("metrics");
        close(mean(answer, "/chosen/reward"), metrics.get("rewards/chosen"));
        close(mean(answer, "/rejected/0/reward"), metrics.get("rewards/rejected"));
        if (!request.has("ld_alpha")) { // TRL's are not all of an answer's then
            close(mean(answer, "/chosen/logprob"), metrics.get("logps/chosen"));
            close(mean(answer, "/rejected/0/logprob"), metrics.get("logps/rejected"));
        }
        Set<String> known = new HashSet<>(metrics.propertyNames());
        known.remove("num_tokens");
        assertThat(answer.get("metrics").propertyNames()).containsExactlyInAnyOrderElementsOf(known);
        if (request.has("ld_alpha")) {
            known.removeAll(List.of("logps/chosen", "logps/rejected"));
        }
        known.forEach(name -> close(answer.get("metrics").get(name), metrics.get(name)));
        for (int p = 0; p < 4; p++) {
            JsonNode expected = TRL.get("token_logps").get(p);
            JsonNode preference = answer.get("preferences").get(p);
            tokensClose(preference.get("chosen"), expected.get("chosen_ids"));
            tokensClose(preference.at("/rejected/0"), expected.get("rejected_ids"));
        }
    }

    /** SimPO of the notebook's answers by hand, from the log-probabilities that are answered. */
    @Test
    void aLossWithoutAReferenceShowsNone() {
        ObjectNode request = notebook().put("loss_type", "simpo").put("beta", 2).put("simpo_gamma", 0.25);

        JsonNode answer = ask(request);

        JsonNode preference = answer.at("/preferences/0");
        double expected = 0;
        for (JsonNode rejected : preference.get("rejected")) {
            double margin = perToken(preference.get("chosen")) - perToken(rejected);
            expected += Math.log1p(Math.exp(-(2 * margin - 0.25)))
                    / preference.get("rejected").size();
        }
        assertThat(answer.get("loss").asDouble()).isCloseTo(expected, within(1e-12));
        assertThat(answer.has("reference_model")).isFalse();
        assertThat(preference.get("chosen").has("reference_logprob")).isFalse();
        assertThat(preference.at("/chosen/tokens/0").has("reference_logprob")).isFalse();
        assertThat(preference.at("/chosen/reward").asDouble())
                .isEqualTo(2 * preference.at("/chosen/logprob").asDouble());
    }

    private static double perToken(JsonNode answer) {
        return answer.get("logprob").asDouble() / answer.get("num_tokens").asDouble();
    }

    @Test
    void theGradientNormIsThatOfASinglePreferenceWithSeveralRejectedAnswersToo() {
        // The loss is the mean over the rejected answers; with the same answer twice it is that of the answer alone.
        JsonNode once = ask("""
                {"model":"tiny-1","reference_model":"tiny-2","prompt":[1,2],"chosen":[3],"rejected":[4,5],
                 "include_gradient_norm":true}""");
        JsonNode twice = ask("""
                {"model":"tiny-1","reference_model":"tiny-2","prompt":[1,2],"chosen":[3],"rejected":[[4,5],[4,5]],
                 "include_gradient_norm":true}""");

        close(twice.get("loss"), once.get("loss"));
        close(twice.get("gradient_norm"), once.get("gradient_norm"));
        assertThat(once.get("gradient_norm").asDouble()).isGreaterThan(0.01);
    }

    @Test
    void takesTextAndShowsEachTokensText() {
        JsonNode answer = ask("""
                {"model": "text", "prompt": "the cat", "chosen": " sat", "rejected": [" ran", " is"], "explain": true}""");

        List<JsonNode> answers = answers(answer.get("preferences").get(0));
        assertThat(answers.stream().map(DpoLossTest::text)).containsExactly(" sat</s>", " ran</s>", " is</s>");
        assertThat(answer.get("loss").asDouble()).isCloseTo(Math.log(2), within(1e-12));
        assertThat(answer.at("/explanation/input_ids")).hasSize(3);
    }

    @Test
    void takesMessages() {
        JsonNode answer = ask("""
                {"model": "text", "preferences": [{
                  "prompt": [{"role": "user", "content": "hi"}],
                  "chosen": [{"role": "assistant", "content": "yes"}],
                  "rejected": [{"role": "assistant", "content": "no"}]}]}""");

        List<JsonNode> answers = answers(answer.get("preferences").get(0));
        assertThat(text(answers.get(0))).isEqualTo("yes<|im_end|>\n");
        assertThat(text(answers.get(1))).isEqualTo("no<|im_end|>\n");
    }

    @Test
    void anIdThatTheTokenizerDoesNotKnowHasNoText() {
        JsonNode answer = ask("""
                {"model": "text", "prompt": [5], "chosen": [6, 511], "rejected": [7]}""");

        JsonNode tokens = answer.at("/preferences/0/chosen/tokens");
        assertThat(tokens.get(0).has("text")).isTrue();
        assertThat(tokens.get(1).has("text")).isFalse();
    }

    @Test
    void explainsRaggedRowsAndAPromptOfOneToken() {
        JsonNode steps = ask("""
                {"model":"tiny-1","reference_model":"tiny-2","prompt":[1],"chosen":[2,3,4],"rejected":[5],"explain":true}""").get("explanation");

        assertThat(steps.get("labels")).isEqualTo(JSON.readTree("[[2,3,4],[5]]"));
        assertThat(steps.get("logits_corner").get(0)).hasSize(3);
        assertThat(steps.get("logits_corner").get(1)).hasSize(1);
        assertThat(steps.at("/logits_corner/0/0")).isEqualTo(steps.at("/logits_corner/1/0"));
        assertThat(steps.at("/as_notebook_printed/all_logps")).isEqualTo(steps.get("all_logps"));
    }

    @Test
    void sixtyFourPreferencesOfFiveHundredAndTwelveTokensAreOneCall() {
        Random random = new Random(11);
        ObjectNode request = JSON.createObjectNode();
        ArrayNode preferences = request.putArray("preferences");
        for (int p = 0; p < 64; p++) {
            ObjectNode preference = preferences.addObject();
            ids(preference.putArray("prompt"), random, 256);
            ids(preference.putArray("chosen"), random, 256);
            ids(preference.putArray("rejected"), random, 256);
        }

        JsonNode answer = ask(request);

        assertThat(answer.get("loss").asDouble()).isCloseTo(Math.log(2), within(1e-12));
        assertThat(answer.get("preferences")).hasSize(64);
        assertThat(answer.at("/preferences/63/rejected/0/tokens")).hasSize(256);
    }

    /** Of a policy that is its own reference every log-ratio is 0; by hand. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            {"loss_type":"sigmoid"}                                           | 0.6931471805599453
            {"loss_type":["sigmoid"],"label_smoothing":0.3}                   | 0.6931471805599453
            {"loss_type":"hinge"}                                             | 1
            {"loss_type":"ipo"}                                               | 25
            {"loss_type":"ipo","beta":0.5}                                    | 1
            {"loss_type":"exo_pair","label_smoothing":0.1}                    | 0.5108256237659907
            {"loss_type":"nca_pair"}                                          | 1.3862943611198906
            {"loss_type":"sppo_hard"}                                         | 50
            {"loss_type":"apo_zero"}                                          | 1
            {"loss_type":"discopop"}                                          | 0.8465735902799727
            {"loss_type":"dpop","dpop_lambda":5}                              | 0.6931471805599453
            {"loss_type":["hinge","ipo"],"loss_weights":[2,0.1]}              | 4.5
            {"loss_type":"aot"}                                               | 0.6931471805599453
            {"loss_type":"plackett_luce","rejected_ranked":true}              | 1.791759469228055
            {"loss_type":"sigmoid","f_divergence_type":"alpha_divergence","f_alpha_divergence_coef":2} | 0.6931471805599453
            """)
    void aLossIsChosenByTrlsOptions(String options, double expected) {
        ObjectNode request = notebook();
        request.setAll((ObjectNode) JSON.readTree(options));

        assertThat(ask(request).get("loss").asDouble()).isCloseTo(expected, within(1e-12));
    }

    /** Four preferences of weights 2, 0, 1 and 3 against the same ones as often as that. */
    @ParameterizedTest
    @ValueSource(strings = {"sigmoid", "ipo", "sft", "orpo", "cpo", "plackett_luce"})
    void aPreferenceOfWeightTwoCountsAsOneThatStandsTwice(String lossType) {
        ObjectNode weighted = ofTrl(lossType);
        ObjectNode repeated = ofTrl(lossType);
        int[] weights = {2, 0, 1, 3};
        ArrayNode rows = weighted.putArray("preferences");
        ArrayNode repeatedRows = repeated.putArray("preferences");
        for (int p = 0; p < weights.length; p++) {
            JsonNode row = TRL.get("batch").get(p);
            ObjectNode preference = JSON.createObjectNode()
                    .set("prompt", row.get("prompt_ids"))
                    .set("chosen", row.get("chosen_ids"))
                    .set("rejected", row.get("rejected_ids"));
            for (int i = 0; i < weights[p]; i++) {
                repeatedRows.add(preference);
            }
            rows.add(preference.deepCopy().put("weight", weights[p]));
        }

        JsonNode answer = ask(weighted);
        JsonNode expected = ask(repeated);

        close(answer.get("loss"), expected.get("loss"));
        close(answer.get("gradient_norm"), expected.get("gradient_norm"));
        assertThat(answer.get("preferences"))
                .as("one that weighs nothing is told of too")
                .hasSize(4);
        close(answer.at("/preferences/0/loss"), expected.at("/preferences/1/loss"));
        close(answer.at("/preferences/3/loss"), expected.at("/preferences/5/loss"));
        assertThat(answer.at("/preferences/1/chosen/logprob").asDouble()).isNegative();
    }

    private static ObjectNode ofTrl(String lossType) {
        ObjectNode request = JSON.createObjectNode()
                .put("model", "tiny-1")
                .put("loss_type", lossType)
                .put("include_gradient_norm", true);
        boolean withReference = !List.of("orpo", "cpo").contains(lossType);
        return withReference ? request.put("reference_model", "tiny-2") : request;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            sigmoid | 0    | invalid_preference | /preferences          | all have the weight 0
            sigmoid | -1   | invalid_preference | /preferences/0/weight | from 0 to 1000000
            sigmoid | "2"  | invalid_type       | /preferences/0/weight | a finite number
            aot     | 2    | invalid_preference | /preferences/0/weight | must be 1 with aot
            sft     | 1e999| invalid_type       | /preferences/0/weight | a finite number
            """)
    void aWeightThatCannotBeIsRefused(String lossType, String weight, String code, String pointer, String reason) {
        String body = """
                {"loss_type": "%s", "preferences": [{"prompt": [1], "chosen": [2], "rejected": [3], "weight": %s}]}""".formatted(lossType, weight);

        refused(http.postJson("/v1/dpo/loss", body), 400, code, pointer, reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            {"loss_type":"sigmoyd"}                                    | invalid_value | /loss_type         | must be one of sigmoid, hinge
            {"loss_type":["sigmoid","dpo"]}                            | invalid_value | /loss_type         | must be one of sigmoid, hinge
            {"loss_type":[]}                                           | invalid_value | /loss_type         | at least one loss
            {"loss_type":7}                                            | invalid_value | /loss_type         | must be one of
            {"loss_type":["sigmoid","hinge"],"loss_weights":[1]}       | invalid_value | /loss_weights      | one weight for each loss, 2
            {"loss_weights":[null]}                                    | invalid_value | /loss_weights/0    | must not be null
            {"loss_weights":[]}                                        | invalid_value | /loss_weights      | size must be
            {"loss_weights":"1"}                                       | invalid_type  | /loss_weights      | a list
            {"label_smoothing":null,"loss_weights":[1,1]}              | invalid_value | /loss_weights      | one weight for each loss, 1, not 2
            {"loss_weights":[-1]}                                      | invalid_value | /loss_weights      | a positive number
            {"loss_type":"hinge","label_smoothing":0.1}                | invalid_value | /label_smoothing   | no effect on hinge
            {"loss_type":"exo_pair"}                                   | invalid_value | /label_smoothing   | with exo_pair
            {"loss_type":"exo_pair","label_smoothing":0}               | invalid_value | /label_smoothing   | 0.001
            {"loss_type":"robust","label_smoothing":0.5}               | invalid_value | /label_smoothing   | from 0 to below 0.5
            {"loss_type":"nca_pair","f_divergence_type":"forward_kl"}  | invalid_value | /f_divergence_type | only be reverse_kl with nca_pair
            {"loss_type":"simpo","reference_model":"notebook"}         | invalid_value | /reference_model   | leave reference_model out
            {"loss_type":["sigmoid","aot"],"use_weighting":true}       | invalid_value | /use_weighting     | cannot go with aot
            {"ld_alpha":1.5}                                           | invalid_value | /ld_alpha          | from 0.0 to 1.0
            {"loss_type":"plackett_luce","ld_alpha":0.5}               | invalid_value | /ld_alpha          | cannot go with plackett_luce
            {"loss_type":"sft","ld_alpha":0.5}                         | invalid_value | /ld_alpha          | no effect on sft
            {"loss_type":["sft","orpo"],"ld_alpha":1}                  | invalid_value | /ld_alpha          | no effect on sft, orpo
            {"rejected_ranked":true}                                   | invalid_value | /rejected_ranked   | no effect on sigmoid
            {"loss_type":"simpo","simpo_gamma":-1}                     | invalid_value | /simpo_gamma       | 0 or more
            {"discopop_tau":-1}                                        | invalid_value | /discopop_tau      | no effect on sigmoid: it is of discopop
            {"dpop_lambda":5}                                          | invalid_value | /dpop_lambda       | no effect on sigmoid: it is of dpop
            {"loss_type":["orpo","sft"],"cpo_alpha":0}                 | invalid_value | /cpo_alpha         | no effect on orpo, sft: it is of cpo
            {"loss_type":"cpo","simpo_gamma":0}                        | invalid_value | /simpo_gamma       | no effect on cpo: it is of simpo
            {"f_alpha_divergence_coef":2}                              | invalid_value | /f_alpha_divergence_coef | no effect on reverse_kl: it is of alpha_divergence
            {"loss_type":["simpo","sft"],"reference_free":true}        | invalid_value | /reference_free    | no effect on simpo, sft
            {"f_divergence_type":"kl"}                                 | invalid_type  | /f_divergence_type | reverse_kl
            {"loss_type":"discopop","discopop_tau":0}                  | invalid_value | /discopop_tau      | a positive number
            {"loss_type":"dpop","dpop_lambda":-5}                      | invalid_value | /dpop_lambda       | a positive number
            """)
    void aLossThatCannotBeIsRefusedByItsOption(String options, String code, String pointer, String reason) {
        ObjectNode request = notebook();
        request.setAll((ObjectNode) JSON.readTree(options));

        refused(http.postJson("/v1/dpo/loss", request.toString()), 400, code, pointer, reason);
    }

    @Test
    void anAutomaticBetaIsThePapers() {
        assertThat(ask(notebook().put("beta", "auto"))).isEqualTo(ask(notebook()));
    }

    /** Whatever the loss makes of them. */
    @ParameterizedTest
    @ValueSource(strings = {"sigmoid", "simpo", "sft"})
    void optionsAtTheirDefaultsPass(String type) {
        ObjectNode request = notebook().put("loss_type", type);
        JsonNode plain = ask(request);
        request.setAll((ObjectNode) JSON.readTree("""
                {"label_smoothing": 0, "f_divergence_type": "reverse_kl", "f_alpha_divergence_coef": 0.5, "discopop_tau": 0.05,
                 "dpop_lambda": 50, "rejected_ranked": false, "cpo_alpha": 1, "simpo_gamma": 0.5, "desirable_weight": 1,
                 "undesirable_weight": 1, "reference_free": false, "use_weighting": false, "ld_alpha": null}"""));

        assertThat(ask(request).get("loss")).isEqualTo(plain.get("loss"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
            {}                                                         | invalid_preference | /chosen         | is missing
            {"promt":[1]}                                              | unknown_field      | /promt          | unknown field
            {"preferences":[{"promt":[1]}]}                            | unknown_field      | /preferences/0/promt | unknown field
            {"prompt":[1],"chosen":[2]}                                | invalid_preference | /rejected       | is missing
            {"chosen":[2],"rejected":[3]}                              | invalid_preference | /prompt         | is missing
            {"prompt":[1],"chosen":[2],"rejected":[3],"preferences":[{"prompt":[1],"chosen":[2],"rejected":[3]}]} | invalid_value | /preferences | not both
            {"preferences":[]}                                         | invalid_value      | /preferences    | between 1 and 1024
            {"preferences":[null]}                                     | invalid_value      | /preferences/0  | must not be null
            {"preferences":[{}]}                                       | invalid_preference | /preferences/0/chosen | is missing
            {"preferences":{}}                                         | invalid_type       | /preferences    | a list
            {"prompt":[1],"chosen":[2],"rejected":[3],"beta":0}        | invalid_value      | /beta           | beta must be over 0 and at most 100, not 0.0
            {"prompt":[1],"chosen":[2],"rejected":[3],"beta":-1}       | invalid_value      | /beta           | beta must be over 0 and at most 100
            {"prompt":[1],"chosen":[2],"rejected":[3],"beta":100.5}    | invalid_value      | /beta           | beta must be over 0 and at most 100, not 100.5
            {"prompt":[1],"chosen":[2],"rejected":[3],"beta":"0.1"}    | invalid_value      | /beta           | a finite number
            {"prompt":[1],"chosen":[2],"rejected":[3],"beta":1e999}    | invalid_value      | /beta           | a finite number
            {"prompt":[1],"chosen":[2],"rejected":[3],"explain":1}     | invalid_type       | /explain        | true or false
            {"prompt":[1],"chosen":[2],"rejected":[3],"model":""}      | invalid_value      | /model          | size must be
            {"prompt":[1],"chosen":[2],"rejected":[3],"model":7}       | invalid_type       | /model          | a string
            {"prompt":[1,1000],"chosen":[2],"rejected":[3]}            | invalid_preference | /prompt/1       | vocabulary of 1000
            {"prompt":[1],"chosen":[2,5,1234],"rejected":[3]}          | invalid_preference | /chosen/2       | vocabulary of 1000
            {"prompt":[1],"chosen":[2],"rejected":[[3],[4,9999]]}      | invalid_preference | /rejected/1/1   | vocabulary of 1000
            {"preferences":[{"prompt":[1],"chosen":[2],"rejected":[3]},{"prompt":[1],"chosen":[2000],"rejected":[3]}]} | invalid_preference | /preferences/1/chosen/0 | vocabulary of 1000
            {"prompt":[-1],"chosen":[2],"rejected":[3]}                | invalid_preference | /prompt/0       | a whole number
            {"prompt":[1.5],"chosen":[2],"rejected":[3]}               | invalid_preference | /prompt/0       | a whole number
            {"prompt":[1],"chosen":[99999999999],"rejected":[3]}       | invalid_preference | /chosen/0       | a whole number
            {"prompt":[1],"chosen":[1e999],"rejected":[3]}             | invalid_preference | /chosen/0       | a whole number
            {"prompt":[1],"chosen":[2,"3"],"rejected":[3]}             | invalid_preference | /chosen/1       | a whole number
            {"prompt":[1],"chosen":[],"rejected":[3]}                  | invalid_preference | /chosen         | empty
            {"prompt":[1],"chosen":[2],"rejected":[]}                  | invalid_preference | /rejected       | empty
            {"prompt":[1],"chosen":[2],"rejected":[[3],[]]}            | invalid_preference | /rejected/1     | empty
            {"prompt":[],"chosen":[2],"rejected":[3]}                  | invalid_preference | /prompt         | is empty
            {"prompt":true,"chosen":[2],"rejected":[3]}                | invalid_preference | /prompt         | must be
            {"prompt":[1],"chosen":"two","rejected":"three"}           | invalid_preference | /prompt         | token ids
            {"prompt":"one","chosen":"two","rejected":"three"}         | invalid_preference | /prompt         | no tokenizer
            {"prompt":[1],"chosen":[2],"rejected":[3],"reference_model":"text"} | vocabulary_mismatch | /reference_model | vocabulary of 1000
            {"model":"text","prompt":[{"role":"user"}],"chosen":"a","rejected":"b"} | invalid_preference | /prompt/0/content | is missing
            {"model":"text","prompt":[1],"chosen":[2],"rejected":[512]} | invalid_preference | /rejected/0    | vocabulary of 512
            """)
    void badInputIsRefusedWithItsPlaceAndReason(String body, String code, String pointer, String reason) {
        Answer answer = http.postJson("/v1/dpo/loss", body);

        refused(answer, 400, code, pointer, reason);
    }

    @Test
    void aTextLongerThanTheModelsPositionsIsRefused() {
        ObjectNode fits = longRequest(2047);
        ObjectNode tooLong = longRequest(2048);

        assertThat(http.postJson("/v1/dpo/loss", fits.toString()).status()).isEqualTo(200);
        refused(
                http.postJson("/v1/dpo/loss", tooLong.toString()),
                400,
                "invalid_preference",
                "/rejected/1",
                "the model has 2048 positions");
    }

    @Test
    void aLongExplanationIsRefused() {
        ObjectNode request = longRequest(2047).put("explain", true);

        refused(http.postJson("/v1/dpo/loss", request.toString()), 400, "too_many_tokens", "/explain", "up to 4096");
    }

    @Test
    void moreTokensThanARequestMayHaveAreRefused() {
        ObjectNode request = JSON.createObjectNode();
        ArrayNode preferences = request.putArray("preferences");
        for (int p = 0; p < 64; p++) {
            preferences.add(longRequest(1100));
        }

        refused(http.postJson("/v1/dpo/loss", request.toString()), 400, "too_many_tokens", null, "131072");
    }

    @Test
    void onePreferenceThatWouldTakeTooMuchMemoryIsRefused() {
        ObjectNode request = longRequest(2000).put("include_gradient_norm", true);
        ArrayNode rejected = (ArrayNode) request.get("rejected");
        Random random = new Random(13); // answers that begin alike would be computed once
        while (rejected.size() < 60) {
            ids(rejected.addArray(), random, 2000);
        }

        refused(
                http.postJson("/v1/dpo/loss", request.toString()),
                400,
                "too_large",
                "/include_gradient_norm",
                "dpo4j.loss.memory");
    }

    @Test
    void anUnknownModelIsNotFound() {
        for (String field : List.of("model", "reference_model")) {
            Answer answer = http.postJson(
                    "/v1/dpo/loss", notebook().put(field, "nobody").toString());

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.json().at("/error/code").asString()).isEqualTo("model_not_found");
            assertThat(answer.json().at("/error/param").asString()).isEqualTo(field);
        }
    }

    @Test
    void aLossThatIsNoFiniteNumberIsSaidSo() {
        ObjectNode request = notebook()
                .put("model", "notebook-1")
                .put("reference_model", "notebook")
                .put("loss_type", "ipo");
        request.putArray("loss_weights").add(1.7e308);

        refused(http.postJson("/v1/dpo/loss", request.toString()), 422, "non_finite", null, "preference 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"notebook", "text", "messages"})
    void everyExampleOfTheContractWorks(String name) {
        JsonNode contract = http.get("/v3/api-docs").json();
        JsonNode example = contract.at(
                "/paths/~1v1~1dpo~1loss/post/requestBody/content/application~1json/examples/" + name + "/value");
        ObjectNode request = (ObjectNode) (example.isString() ? JSON.readTree(example.asString()) : example);
        if (!name.equals("notebook")) {
            request.put("model", "text");
        }

        assertThat(ask(request).get("loss").asDouble()).isCloseTo(Math.log(2), within(1e-9));
    }

    /** A preference whose second rejected answer makes a text of this many tokens and one. */
    private static ObjectNode longRequest(int tokens) {
        Random random = new Random(12);
        ObjectNode request = JSON.createObjectNode();
        ids(request.putArray("prompt"), random, 1);
        ids(request.putArray("chosen"), random, 1);
        ArrayNode rejected = request.putArray("rejected");
        ids(rejected.addArray(), random, tokens - 1);
        ids(rejected.addArray(), random, tokens);
        return request;
    }

    private static void ids(ArrayNode to, Random random, int count) {
        random.ints(count, 0, 1000).forEach(to::add);
    }

    private static ObjectNode notebook() {
        return JSON.createObjectNode()
                .set("prompt", NOTEBOOK.get("prompt"))
                .set("chosen", NOTEBOOK.get("chosen"))
                .set("rejected", NOTEBOOK.get("rejected"));
    }

    private JsonNode ask(ObjectNode request) {
        return ask(request.toString());
    }

    private JsonNode ask(String request) {
        Answer answer = http.postJson("/v1/dpo/loss", request);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    private static void refused(Answer answer, int status, String code, @Nullable String pointer, String reason) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        JsonNode problem = answer.json();
        assertThat(problem.at("/error/code").asString()).isEqualTo(code);
        assertThat(problem.get("detail").asString()).contains(reason);
        if (pointer != null) {
            assertThat(problem.at("/errors/0/pointer").asString()).isEqualTo(pointer);
        }
    }

    private static List<JsonNode> answers(JsonNode preference) {
        List<JsonNode> answers = new ArrayList<>(List.of(preference.get("chosen")));
        preference.get("rejected").forEach(answers::add);
        return answers;
    }

    private static String text(JsonNode answer) {
        StringBuilder text = new StringBuilder();
        answer.get("tokens").forEach(token -> text.append(token.get("text").asString()));
        return text.toString();
    }

    private static void tokensClose(JsonNode answer, JsonNode expected) {
        for (String model : List.of("policy", "reference")) {
            ArrayNode actual = JSON.createArrayNode();
            answer.get("tokens").forEach(token -> actual.add(token.get(model + "_logprob")));
            close(actual, expected.get(model));
        }
    }

    private static JsonNode mean(JsonNode answer, String pointer) {
        return JSON.getNodeFactory()
                .numberNode(answer.get("preferences")
                        .valueStream()
                        .mapToDouble(preference -> preference.at(pointer).asDouble())
                        .average()
                        .orElseThrow());
    }

    /** Numbers, or lists of lists of them, within 1e-4 relative and 1e-6 absolute. */
    private static void close(JsonNode actual, JsonNode expected) {
        if (expected.isArray()) {
            assertThat(actual).hasSize(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                close(actual.get(i), expected.get(i));
            }
            return;
        }
        assertThat(actual.isNumber()).as("%s is a number", actual).isTrue();
        assertThat(actual.asDouble())
                .isCloseTo(expected.asDouble(), within(1e-6 + 1e-4 * Math.abs(expected.asDouble())));
    }

    private static JsonNode golden(String name) {
        try {
            return JSON.readTree(Files.readString(Path.of("src/test/resources/goldens", name)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

package dev.dpo4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.ServiceTest;
import dev.dpo4j.job.FakeTraining;
import dev.dpo4j.job.FakeTrainingConfiguration;
import dev.dpo4j.job.JobNews;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import tools.jackson.databind.JsonNode;

@ServiceTest
@Import(FakeTrainingConfiguration.class)
class FineTuningApiTest {

    private static final String JOBS = "/v1/fine_tuning/jobs";
    private static final Duration LONG = Duration.ofSeconds(60);

    @LocalServerPort
    private int port;

    @Autowired
    private FakeTraining training;

    @Autowired
    private JobNews news;

    private Http http;

    @BeforeEach
    void connect() {
        http = new Http(port);
        Http.Answer stored = http.postJson("/v1/datasets/my-preferences/preferences", """
                {"id": "1", "prompt": [1, 2], "chosen": [3], "rejected": [4]}""");
        assertThat(stored.status()).as(stored.response().body()).isIn(200, 201);
    }

    @AfterEach
    void undisturbed() {
        training.reset();
    }

    @Test
    void aJobIsAcceptedInOpenAisShapeWithItsHyperparametersResolved() {
        Http.Answer answer = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences", "suffix": "terse", "seed": 7,
                 "metadata": {"team": "a"},
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {
                   "beta": 0.5, "loss_type": ["sigmoid", "hinge"], "loss_weights": [1, 0.5], "label_smoothing": 0.1,
                   "f_divergence_type": "js_divergence", "batch_size": "auto", "learning_rate_multiplier": 2, "n_epochs": "auto",
                   "max_steps": 3, "save_steps": 1, "lr_scheduler_type": "cosine",
                   "lora": {"target_modules": "all-linear"}}}}}""");
        assertThat(answer.status()).isEqualTo(200);
        JsonNode job = answer.json();
        String id = job.get("id").asString();
        assertThat(answer.header("Location")).isEqualTo(JOBS + "/" + id);
        assertThat(id).matches("ftjob-[A-Za-z0-9]{24}");
        assertThat(job.propertyNames())
                .containsExactlyInAnyOrder(
                        "object",
                        "id",
                        "model",
                        "created_at",
                        "finished_at",
                        "fine_tuned_model",
                        "organization_id",
                        "result_files",
                        "status",
                        "validation_file",
                        "training_file",
                        "hyperparameters",
                        "trained_tokens",
                        "memory_plan",
                        "best_evaluation",
                        "error",
                        "seed",
                        "estimated_finish",
                        "integrations",
                        "metadata",
                        "method");
        assertThat(job.get("object").asString()).isEqualTo("fine_tuning.job");
        assertThat(job.get("status").asString()).isEqualTo("validating_files");
        assertThat(job.get("seed").asInt()).isEqualTo(7);
        assertThat(job.get("error").isNull()).isTrue();
        assertThat(job.get("fine_tuned_model").isNull()).isTrue();
        assertThat(job.get("memory_plan").isNull()).isTrue();
        assertThat(job.get("best_evaluation").isNull()).isTrue();
        assertThat(job.at("/metadata/team").asString()).isEqualTo("a");
        assertThat(job.at("/method/type").asString()).isEqualTo("dpo");
        assertThat(job.at("/method/dpo/hyperparameters").toString())
                .isEqualTo(
                        "{\"beta\":0.5,\"loss_type\":[\"sigmoid\",\"hinge\"],\"loss_weights\":[1.0,0.5],"
                                + "\"label_smoothing\":0.1,\"f_divergence_type\":\"js_divergence\",\"f_alpha_divergence_coef\":0.5,"
                                + "\"discopop_tau\":0.05,\"dpop_lambda\":50.0,"
                                + "\"cpo_alpha\":1.0,\"simpo_gamma\":0.5,\"rejected_ranked\":false,\"reference_free\":false,\"use_weighting\":false,\"ld_alpha\":null,\"desirable_weight\":1.0,\"undesirable_weight\":1.0,"
                                + "\"batch_size\":8,\"learning_rate_multiplier\":2.0,\"n_epochs\":3,"
                                + "\"learning_rate\":2.0E-4,\"lr_scheduler_type\":\"cosine\","
                                + "\"lr_scheduler_kwargs\":{\"num_cycles\":0.5},\"warmup_steps\":0,\"warmup_ratio\":null,"
                                + "\"weight_decay\":0.0,\"adam_beta1\":0.9,\"adam_beta2\":0.999,\"adam_epsilon\":1.0E-8,"
                                + "\"max_grad_norm\":1.0,\"gradient_accumulation_steps\":1,"
                                + "\"max_length\":1024,\"truncation_mode\":\"keep_start\",\"max_steps\":3,\"shuffle\":true,\"data_seed\":null,\"save_steps\":1,"
                                + "\"save_total_limit\":2,\"logging_steps\":1,"
                                + "\"sync_ref_model\":false,\"ref_model_mixup_alpha\":0.6,\"ref_model_sync_steps\":512,\"lora\":{\"r\":8,\"lora_alpha\":8.0,"
                                + "\"target_modules\":[\"down_proj\",\"gate_proj\",\"k_proj\",\"o_proj\",\"q_proj\",\"up_proj\","
                                + "\"v_proj\"],\"use_rslora\":false,\"use_dora\":false,\"rank_pattern\":{},\"alpha_pattern\":{},\"lora_dropout\":0.0},\"continue_adapter\":false,"
                                + "\"eval_steps\":null,\"validation_split\":null,\"early_stopping_patience\":null,"
                                + "\"early_stopping_threshold\":0.0,\"metric_for_best_model\":\"loss\",\"greater_is_better\":false,\"load_best_model_at_end\":false}");

        JsonNode ended = awaitEnd(id);
        assertThat(ended.get("status").asString()).isEqualTo("succeeded");
        assertThat(ended.get("fine_tuned_model").asString())
                .isEqualTo("ft:notebook:terse:" + id.substring("ftjob-".length()));
        assertThat(ended.get("trained_tokens").asInt()).isEqualTo(30);
        assertThat(ended.get("memory_plan").toString())
                .isEqualTo(
                        "{\"total_bytes\":7340032,\"limit_bytes\":9437184,\"base_bytes\":0,\"weights_bytes\":1048576,"
                                + "\"gradients_bytes\":1048576,\"moments_bytes\":2097152,\"reference_bytes\":0,\"activations_bytes\":3145728,"
                                + "\"checkpoint_copy_bytes\":0,\"rows_per_pass\":7,\"recomputes_activations\":false}");
        assertThat(ended.get("finished_at").isIntegralNumber()).isTrue();
    }

    @Test
    void absentHyperparametersTakeTheDocumentedDefaults() {
        Http.Answer answer = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences", "method": {"type": "dpo"}}""");
        assertThat(answer.json().at("/method/dpo/hyperparameters").toString())
                .isEqualTo(
                        "{\"beta\":0.1,\"loss_type\":[\"sigmoid\"],\"loss_weights\":[1.0],\"label_smoothing\":0.0,"
                                + "\"f_divergence_type\":\"reverse_kl\",\"f_alpha_divergence_coef\":0.5,\"discopop_tau\":0.05,\"dpop_lambda\":50.0,"
                                + "\"cpo_alpha\":1.0,\"simpo_gamma\":0.5,\"rejected_ranked\":false,\"reference_free\":false,\"use_weighting\":false,\"ld_alpha\":null,\"desirable_weight\":1.0,\"undesirable_weight\":1.0,"
                                + "\"batch_size\":8,\"learning_rate_multiplier\":1.0,\"n_epochs\":3,"
                                + "\"learning_rate\":1.0E-6,\"lr_scheduler_type\":\"linear\","
                                + "\"lr_scheduler_kwargs\":{},\"warmup_steps\":0,\"warmup_ratio\":null,"
                                + "\"weight_decay\":0.0,\"adam_beta1\":0.9,\"adam_beta2\":0.999,\"adam_epsilon\":1.0E-8,"
                                + "\"max_grad_norm\":1.0,\"gradient_accumulation_steps\":1,"
                                + "\"max_length\":1024,\"truncation_mode\":\"keep_start\",\"max_steps\":null,\"shuffle\":true,\"data_seed\":null,\"save_steps\":null,"
                                + "\"save_total_limit\":2,\"logging_steps\":1,"
                                + "\"sync_ref_model\":false,\"ref_model_mixup_alpha\":0.6,\"ref_model_sync_steps\":512,\"lora\":null,\"continue_adapter\":false,"
                                + "\"eval_steps\":null,\"validation_split\":null,\"early_stopping_patience\":null,"
                                + "\"early_stopping_threshold\":0.0,\"metric_for_best_model\":\"loss\",\"greater_is_better\":false,\"load_best_model_at_end\":false}");
        assertThat(answer.json().get("seed").isIntegralNumber()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "lr_scheduler_type": "polynomial"                                      | {"lr_end":1.0E-7,"power":1.0}
            "lr_scheduler_type": "cosine_with_restarts", "lr_scheduler_kwargs": {"num_cycles": 2} | {"num_cycles":2.0}
            "lr_scheduler_type": "cosine_with_min_lr", "lr_scheduler_kwargs": {"min_lr": 1e-7} | {"min_lr":1.0E-7,"num_cycles":0.5}
            "lr_scheduler_type": "inverse_sqrt", "lr_scheduler_kwargs": {"timescale": 9} | {"timescale":9}
            "lr_scheduler_type": "constant_with_warmup", "lr_scheduler_kwargs": {}       | {}
            "lr_scheduler_type": "warmup_stable_decay", "lr_scheduler_kwargs": {"num_decay_steps": 5, "decay_type": "1-sqrt"} | \
            {"decay_type":"1-sqrt","min_lr_ratio":0.0,"num_decay_steps":5,"warmup_type":"linear"}
            """)
    void aSchedulesOptionsAreToldWithItsDefaults(String hyperparameters, String kwargs) {
        assertThat(createWith(hyperparameters).get("lr_scheduler_kwargs").toString())
                .isEqualTo(kwargs);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "warmup_ratio": 0.25   | null | 0.25
            "warmup_steps": 0.25   | null | 0.25
            "warmup_steps": 3      | 3    | null
            "warmup_steps": 1.0    | 1    | null
            """)
    void aWarmupIsToldInStepsOrAsAShare(String hyperparameters, String steps, String ratio) {
        JsonNode told = createWith(hyperparameters);
        assertThat(told.get("warmup_steps").toString()).isEqualTo(steps);
        assertThat(told.get("warmup_ratio").toString()).isEqualTo(ratio);
    }

    @Test
    void adamsConstantsAreTold() {
        JsonNode told = createWith("\"adam_beta1\": 0, \"adam_beta2\": 0.95, \"adam_epsilon\": 1e-6");
        assertThat(told.get("adam_beta1").asDouble()).isZero();
        assertThat(told.get("adam_beta2").asDouble()).isEqualTo(0.95);
        assertThat(told.get("adam_epsilon").asDouble()).isEqualTo(1e-6);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "validation_split": 0.25, "eval_steps": 0.5  | 0.25 | 0.5
            "validation_split": 1, "eval_steps": 10.0    | 1    | 10
            """)
    void theSplitAndItsEvaluationsAreToldAsTheyWereGiven(String hyperparameters, String split, String steps) {
        putMorePreferences();
        JsonNode told = createWith(hyperparameters);
        assertThat(told.get("validation_split").toString()).isEqualTo(split);
        assertThat(told.get("eval_steps").toString()).isEqualTo(steps);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "load_best_model_at_end": true                                               | null | 0.0 | "loss" | false | true
            "early_stopping_patience": 3, "metric_for_best_model": "eval_rewards/margins" | 3 | 0.0 | "rewards/margins" | true | false
            "early_stopping_patience": 1, "early_stopping_threshold": 0.5, "metric_for_best_model": "entropy", "greater_is_better": false \
            | 1 | 0.5 | "entropy" | false | false
            """)
    void theChoiceOfTheModelIsToldWithItsDefaults(
            String hyperparameters, String patience, String threshold, String metric, String greater, String best) {
        putMorePreferences();
        JsonNode told = createWith("\"validation_split\": 1, " + hyperparameters);
        assertThat(told.get("early_stopping_patience").toString()).isEqualTo(patience);
        assertThat(told.get("early_stopping_threshold").toString()).isEqualTo(threshold);
        assertThat(told.get("metric_for_best_model").toString()).isEqualTo(metric);
        assertThat(told.get("greater_is_better").toString()).isEqualTo(greater);
        assertThat(told.get("load_best_model_at_end").toString()).isEqualTo(best);
    }

    @Test
    void aJobShowsItsBestEvaluation() throws InterruptedException {
        Http.Answer answer = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences", "validation_file": "my-preferences",
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {"max_steps": 10, "early_stopping_patience": 1}}}}""");
        JsonNode ended = awaitEnd(answer.json().get("id").asString());
        assertThat(ended.at("/best_evaluation/step").asInt()).isEqualTo(10);
        assertThat(ended.at("/best_evaluation/metric").asString()).isEqualTo("loss");
        assertThat(ended.at("/best_evaluation/value").asDouble()).isEqualTo(0.6931 / 11);
    }

    @Test
    void aSplitBesideAValidationFileIsRefused() {
        putMorePreferences();
        assertRefused(http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences", "validation_file": "my-preferences",
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {"validation_split": 1}}}}"""), "/method/dpo/hyperparameters/validation_split");
    }

    @Test
    void aGivenLearningRateIsToldInUnitsOfTheAutomaticOneToo() throws InterruptedException {
        Http.Answer answer = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences",
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {"learning_rate": 1e-4}}}}""");
        assertThat(answer.json().at("/hyperparameters/learning_rate_multiplier").toString())
                .isEqualTo("100.0");
        awaitEnd(answer.json().get("id").asString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"training_file": "my-preferences", "method": {"type": "dpo"}}                                  | /model
            {"model": "notebook", "method": {"type": "dpo"}}                                   | /training_file
            {"model": "notebook", "training_file": "my-preferences"}                                        | /method
            {"model": "notebook", "training_file": "my-preferences", "method": {"type": "supervised"}}      | /method/type
            {"model": "notebook", "training_file": "my-preferences", "method": {"type": "dpo"}, "x": 1}     | /x
            {"model": "notebook", "training_file": "my-preferences", "method": {"type": "dpo"}, "seed": -1} | /seed
            {"model": "notebook", "training_file": "my-preferences", "method": {"type": "dpo"}, "suffix": "a b"} | /suffix
            {"model": "notebook", "training_file": "my-preferences", "method": {"type": "dpo"}, "hyperparameters": {"n_epochs": 1}} | /hyperparameters
            {"model": "notebook", "training_file": "my-preferences", "method": {"type": "dpo"}, "integrations": [{"type": "wandb"}]} | /integrations
            """)
    void aRequestThatCannotBeServedIsRefusedWhereItIsWrong(String body, String pointer) {
        assertRefused(http.postJson(JOBS, body), pointer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"beta": 0}                                        | /beta
            {"beta": 101}                                      | /beta
            {"beta": "0.1"}                                    | /beta
            {"batch_size": 0}                                  | /batch_size
            {"batch_size": 1.5}                                | /batch_size
            {"batch_size": 257}                                | /batch_size
            {"n_epochs": 51}                                   | /n_epochs
            {"learning_rate_multiplier": 0}                    | /learning_rate_multiplier
            {"learning_rate_multiplier": 2, "learning_rate": 1e-5} | /learning_rate_multiplier
            {"learning_rate": -1}                              | /learning_rate
            {"learning_rate": 1e999}                           | /learning_rate
            {"lr_scheduler_type": "polinomial"}                | /lr_scheduler_type
            {"lr_scheduler_kwargs": []}                        | /lr_scheduler_kwargs
            {"lr_scheduler_kwargs": {"num_cycels": 1}}         | /lr_scheduler_kwargs/num_cycels
            {"lr_scheduler_kwargs": {"num_cycles": 1}}         | /lr_scheduler_kwargs/num_cycles
            {"lr_scheduler_kwargs": {"num_cycles": "1"}}       | /lr_scheduler_kwargs/num_cycles
            {"lr_scheduler_type": "polynomial", "learning_rate": 1e-8} | /lr_scheduler_kwargs/lr_end
            {"lr_scheduler_type": "cosine_with_min_lr"}        | /lr_scheduler_kwargs/min_lr
            {"lr_scheduler_type": "warmup_stable_decay"}       | /lr_scheduler_kwargs/num_decay_steps
            {"lr_scheduler_type": "warmup_stable_decay", "lr_scheduler_kwargs": {"num_decay_steps": 1.5}} | /lr_scheduler_kwargs/num_decay_steps
            {"lr_scheduler_type": "constant", "warmup_steps": 1}    | /warmup_steps
            {"lr_scheduler_type": "constant", "warmup_ratio": 0.1}  | /warmup_ratio
            {"warmup_steps": -1}                               | /warmup_steps
            {"warmup_steps": 1.5}                              | /warmup_steps
            {"warmup_steps": 3e9}                              | /warmup_steps
            {"warmup_ratio": 1.1}                              | /warmup_ratio
            {"warmup_steps": 1, "warmup_ratio": 0.1}           | /warmup_ratio
            {"adam_beta1": 1}                                  | /adam_beta1
            {"adam_beta2": -0.1}                               | /adam_beta2
            {"adam_epsilon": 0}                                | /adam_epsilon
            {"max_length": 1}                                  | /max_length
            {"max_length": "all"}                              | /max_length
            {"truncation_mode": "keep_end"}                    | /truncation_mode
            {"max_steps": 0}                                   | /max_steps
            {"sync_ref_model": true, "lora": {}}               | /sync_ref_model
            {"sync_ref_model": true, "loss_type": "simpo"}     | /sync_ref_model
            {"sync_ref_model": true, "reference_free": true}   | /sync_ref_model
            {"ref_model_mixup_alpha": 0}                       | /ref_model_mixup_alpha
            {"ref_model_mixup_alpha": 1.1}                     | /ref_model_mixup_alpha
            {"ref_model_sync_steps": 0}                        | /ref_model_sync_steps
            {"ref_model_mixup_alpha": 0.5}                     | /ref_model_mixup_alpha
            {"ref_model_sync_steps": 511, "sync_ref_model": false} | /ref_model_sync_steps
            {"max_length": null, "truncation_mode": "drop"}    | /truncation_mode
            {"data_seed": -1}                                  | /data_seed
            {"n_epochs": 0.5}                                  | /n_epochs
            {"continue_adapter": true}                         | /continue_adapter
            {"continue_adapter": true, "lora": {}}             | /continue_adapter
            {"eval_steps": 3}                                  | /eval_steps
            {"eval_steps": 0, "validation_split": 0.5}         | /eval_steps
            {"eval_steps": 1.5, "validation_split": 0.5}       | /eval_steps
            {"validation_split": 0}                            | /validation_split
            {"validation_split": 2.5}                          | /validation_split
            {"validation_split": 0.99}                         | /validation_split
            {"validation_split": 1000000}                      | /validation_split
            {"early_stopping_patience": 3}                     | /early_stopping_patience
            {"early_stopping_patience": 0}                     | /early_stopping_patience
            {"early_stopping_threshold": 0.1}                  | /early_stopping_threshold
            {"early_stopping_threshold": -1, "early_stopping_patience": 3} | /early_stopping_threshold
            {"load_best_model_at_end": true}                   | /load_best_model_at_end
            {"metric_for_best_model": "entropy"}               | /metric_for_best_model
            {"metric_for_best_model": "f1"}                    | /metric_for_best_model
            {"greater_is_better": true}                        | /greater_is_better
            {"loss_typ": "sigmoid"}                            | /loss_typ
            {"loss_type": "sigmoyd"}                           | /loss_type
            {"loss_type": "exo_pair"}                          | /label_smoothing
            {"loss_type": "sft", "ld_alpha": 0.5}              | /ld_alpha
            {"discopop_tau": -1}                               | /discopop_tau
            {"dpop_lambda": 5}                                 | /dpop_lambda
            {"cpo_alpha": 0}                                   | /cpo_alpha
            {"simpo_gamma": 0}                                 | /simpo_gamma
            {"f_alpha_divergence_coef": 2}                     | /f_alpha_divergence_coef
            {"loss_type": "orpo", "reference_free": true}      | /reference_free
            {"loss_weights": [1, 2]}                           | /loss_weights
            {"loss_type": "kto", "batch_size": 1}              | /batch_size
            {"loss_type": ["kto", "sft"]}                      | /loss_type
            {"undesirable_weight": 2}                          | /undesirable_weight
            {"loss_weights": [null]}                           | /loss_weights/0
            {"lora": {"r": 0}}                                 | /lora/r
            {"lora": {"lora_alpha": 0}}                        | /lora/lora_alpha
            {"lora": {"target_modules": ["lm_head"]}}          | /lora/target_modules
            {"lora": {"target_modules": []}}                   | /lora/target_modules
            {"lora": {"use_rslora": "maybe"}}                  | /lora/use_rslora
            {"lora": {"use_dora": "maybe"}}                    | /lora/use_dora
            {"lora": {"rank_pattern": {"q_proj": 0}}}          | /lora/rank_pattern/q_proj
            {"lora": {"rank_pattern": {"q_proj": null}}}       | /lora/rank_pattern/q_proj
            {"lora": {"rank_pattern": {"(": 4}}}               | /lora/rank_pattern
            {"lora": {"rank_pattern": 4}}                      | /lora/rank_pattern
            {"lora": {"alpha_pattern": {"q_proj": 0}}}         | /lora/alpha_pattern/q_proj
            {"lora": {"lora_dropout": 1}}                      | /lora/lora_dropout
            {"lora": {"lora_dropout": -0.1}}                   | /lora/lora_dropout
            {"lora": {"alpha_pattern": {"a{1001}": 4}}}        | /lora/alpha_pattern
            {"lora": {"alpha_pattern": {"((q{99}){99}){99}": 4}}} | /lora/alpha_pattern
            {"lora": {"target_modules": "q_proj"}}             | /lora/target_modules
            {"lora": {"target_modules": ""}}                   | /lora/target_modules
            {"lora": {"target_modules": ".*"}}                 | /lora/target_modules
            {"lora": {"target_modules": ".*(?=q).*"}}          | /lora/target_modules
            {"lora": {"target_modules": ".*q_pro{,1}j"}}       | /lora/target_modules
            {"lora": {"rank_pattern": {"k_proj": 4}}}          | /lora/rank_pattern
            {"lora": {"rank_pattern": {"q_prj": 4}}}           | /lora/rank_pattern
            {"lora": {"alpha_pattern": {"layers.7.*": 4}}}     | /lora/alpha_pattern
            """)
    void aHyperparameterThatCannotBeIsRefusedWhereItStands(String hyperparameters, String pointer) {
        Http.Answer answer = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences", "method": {"type": "dpo", "dpo": {"hyperparameters": %s}}}""".formatted(hyperparameters));
        assertRefused(answer, "/method/dpo/hyperparameters" + pointer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"num_train_epochs": 3}            | num_train_epochs            | n_epochs
            {"per_device_train_batch_size": 8} | per_device_train_batch_size | batch_size
            {"truncation_mode": "keep_end"}    | keep_end                    | keep_prompt_end
            """)
    void whatTrlNamesOtherwiseIsNamed(String hyperparameters, String theirs, String ours) {
        Http.Answer answer = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences", "method": {"type": "dpo", "dpo": {"hyperparameters": %s}}}""".formatted(hyperparameters));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/message").asString())
                .contains("What TRL calls " + theirs + " is " + ours + " here.");
    }

    /** A client may send all that it knows of. */
    @Test
    void optionsWithoutEffectMayHaveTheirDefaults() {
        Http.Answer answer = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences", "method": {"type": "dpo", "dpo": {"hyperparameters": {
                   "ref_model_mixup_alpha": 0.6, "ref_model_sync_steps": 512, "max_length": null, "truncation_mode": "keep_start",
                   "save_total_limit": null, "data_seed": 5}}}}""");
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        JsonNode hyperparameters = answer.json().at("/method/dpo/hyperparameters");
        assertThat(hyperparameters.get("save_total_limit").asInt()).isEqualTo(2);
        assertThat(hyperparameters.get("data_seed").asInt()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"model": "none", "training_file": "my-preferences", "method": {"type": "dpo"}}  | model
            {"model": "notebook", "training_file": "file-none", "method": {"type": "dpo"}} | training_file
            {"model": "notebook", "training_file": "my-preferences", "validation_file": "none", "method": {"type": "dpo"}} | validation_file
            """)
    void aModelOrFileThatIsNotThereIs404(String body, String param) {
        Http.Answer answer = http.postJson(JOBS, body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(404);
        assertThat(answer.json().at("/error/param").asString()).isEqualTo(param);
    }

    @Test
    void aFileWithBadRowsIsRefused() {
        String file = http.upload(
                        "/v1/files", "fine-tune", "bad.jsonl", "{\"x\": 1}\n".getBytes(StandardCharsets.UTF_8))
                .json()
                .get("id")
                .asString();
        assertRefused(http.postJson(JOBS, """
                {"model": "notebook", "training_file": "%s", "method": {"type": "dpo"}}""".formatted(file)), "/training_file");
    }

    @Test
    void aMaxLengthOfNullKeepsAllTokens() {
        Http.Answer answer = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences",
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {"max_length": null}}}}""");
        assertThat(answer.json()
                        .at("/method/dpo/hyperparameters")
                        .get("max_length")
                        .isNull())
                .isTrue();
    }

    @Test
    void jobsAreListedByLabelInPages() {
        String team = "team-" + System.nanoTime();
        List<String> newestFirst = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            newestFirst.addFirst(create(1, "\"metadata\": {\"team\": \"%s\"},".formatted(team)));
        }
        JsonNode first = http.get(JOBS + "?limit=2&metadata%5Bteam%5D=" + team).json();
        assertThat(ids(first)).isEqualTo(newestFirst.subList(0, 2));
        assertThat(first.get("has_more").asBoolean()).isTrue();
        assertThat(first.get("object").asString()).isEqualTo("list");
        JsonNode second = http.get(JOBS + "?limit=2&metadata[team]=" + team + "&after=" + newestFirst.get(1))
                .json();
        assertThat(ids(second)).isEqualTo(newestFirst.subList(2, 3));
        assertThat(second.get("has_more").asBoolean()).isFalse();
        assertThat(ids(http.get(JOBS + "?metadata=null&limit=100").json())).doesNotContainAnyElementsOf(newestFirst);
        assertThat(http.get(JOBS + "?metadata%5Bteam=x").status()).isEqualTo(400);
        assertThat(http.get(JOBS + "?after=ftjob-none").status()).isEqualTo(400);
        assertThat(http.get(JOBS + "?limit=0").status()).isEqualTo(400);
    }

    @Test
    void whatDoesNotExistIs404() {
        for (String path : List.of("", "/events", "/events?stream=true", "/checkpoints")) {
            int question = path.indexOf('?');
            assertThat(http.get(JOBS + "/ftjob-none" + path).status())
                    .as(question < 0 ? path : path.substring(0, question))
                    .isEqualTo(404);
        }
        assertThat(http.postJson(JOBS + "/ftjob-none/cancel", "").status()).isEqualTo(404);
    }

    @Test
    void aRunningJobCanBePausedResumedAndCancelled() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch paused = new CountDownLatch(1);
        training.beforeStep(step -> {
            if (step == 2) {
                reached.countDown();
                await(paused);
            }
        });
        String id = create(4, "");
        assertThat(reached.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(status(id)).isEqualTo("running");

        // OpenAI's clients send the content type without a body.
        Http.Answer pause = http.postJson(JOBS + "/" + id + "/pause", "");
        assertThat(pause.status()).isEqualTo(200);
        assertThat(pause.json().get("status").asString()).isEqualTo("paused");
        training.reset();
        paused.countDown();
        awaitEvent(id, "Stopped after step 2");
        assertThat(http.postJson(JOBS + "/" + id + "/resume", "").status()).isEqualTo(200);
        assertThat(awaitEnd(id).get("status").asString()).isEqualTo("succeeded");

        Http.Answer late = http.postJson(JOBS + "/" + id + "/cancel", "");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.header("x-should-retry")).isEqualTo("false");
        assertThat(late.json().at("/error/code").asString()).isEqualTo("wrong_job_state");
    }

    @Test
    void eventsAndCheckpointsHaveOpenAisShape() {
        String id = create(3, "");
        awaitEnd(id);
        JsonNode events = http.get(JOBS + "/" + id + "/events?limit=2").json();
        assertThat(events.get("has_more").asBoolean()).isTrue();
        JsonNode newest = events.at("/data/0");
        assertThat(newest.propertyNames())
                .containsExactlyInAnyOrder("object", "id", "created_at", "level", "message", "type", "data");
        assertThat(newest.get("object").asString()).isEqualTo("fine_tuning.job.event");
        assertThat(newest.get("message").asString()).isEqualTo("The job has succeeded");
        JsonNode metrics = allEvents(id).stream()
                .filter(event -> event.get("type").asString().equals("metrics"))
                .findFirst()
                .orElseThrow();
        assertThat(metrics.at("/data/step").asInt()).isEqualTo(3);
        assertThat(metrics.at("/data").get("rewards/margins").isNumber()).isTrue();

        JsonNode checkpoints =
                http.get(JOBS + "/" + id + "/checkpoints?limit=1").json();
        assertThat(checkpoints.get("has_more").asBoolean()).isTrue();
        JsonNode checkpoint = checkpoints.at("/data/0");
        assertThat(checkpoint.propertyNames())
                .containsExactlyInAnyOrder(
                        "object",
                        "id",
                        "created_at",
                        "fine_tuned_model_checkpoint",
                        "fine_tuning_job_id",
                        "step_number",
                        "metrics");
        assertThat(checkpoint.get("id").asString()).startsWith("ftckpt_");
        assertThat(checkpoint.get("step_number").asInt()).isEqualTo(3);
        assertThat(checkpoint.get("fine_tuned_model_checkpoint").asString()).endsWith(":ckpt-step-3");
        assertThat(checkpoint.at("/metrics/train_loss").isNumber()).isTrue();
        String model = checkpoint.get("fine_tuned_model_checkpoint").asString();
        Http.Answer download = http.get("/v1/models/" + model + "/content");
        assertThat(download.status()).as(download.response().body()).isEqualTo(200);
        assertThat(download.header("Content-Type")).isEqualTo("application/zip");
        assertThat(http.get("/v1/models/" + model.replace("step-3", "step-1") + "/content")
                        .status())
                .as("pruned")
                .isEqualTo(404);
        assertThat(http.get("/v1/models/" + model).json().get("base_model").asString())
                .isEqualTo("notebook");
        assertThat(http.delete("/v1/models/" + model).status()).isEqualTo(403);
        assertThat(http.get("/v1/models").json().toString()).doesNotContain("ckpt-step");
        Http.Answer further = http.postJson(JOBS, """
                {"model": "%s", "training_file": "%s", "method": {"type": "dpo"}}""".formatted(
                model, http.get(JOBS + "/" + id).json().get("training_file").asString()));
        assertThat(further.status()).isEqualTo(422);
        assertThat(further.json().at("/error/code").asString()).isEqualTo("model_unusable");
        assertThat(checkpoints.get("first_id")).isEqualTo(checkpoint.get("id"));
        assertThat(checkpoints.get("last_id")).isEqualTo(checkpoint.get("id"));
        JsonNode rest = http.get(JOBS + "/" + id + "/checkpoints?after="
                        + checkpoint.get("id").asString())
                .json();
        assertThat(rest.at("/data/0/step_number").asInt()).isEqualTo(2);
        assertThat(rest.get("has_more").asBoolean()).isFalse();
    }

    @Test
    void theStreamOfAJobTellsItAllAndEnds() {
        String id = create(3, "");
        Http.Answer stream = http.get(JOBS + "/" + id + "/events?stream=true");
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.header("Content-Type")).startsWith("text/event-stream");
        assertThat(stream.header("Cache-Control")).isEqualTo("no-store");
        assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");
        int count = allEvents(id).size();
        List<String> expected = new ArrayList<>();
        for (int sequence = 1; sequence <= count; sequence++) {
            expected.add("id:" + sequence);
        }
        assertThat(lines(stream, "id:")).isEqualTo(expected);
        assertThat(lines(stream, "event:"))
                .contains("event:message", "event:metrics")
                .last()
                .isEqualTo("event:done");
        assertThat(lines(stream, "data:")).last().asString().contains("\"succeeded\"");
    }

    @Test
    void aReaderThatComesBackGetsOnlyWhatCameAfterItsLastEvent() {
        String id = create(3, "");
        awaitEnd(id);
        int count = allEvents(id).size();
        Http.Answer rest =
                http.get(JOBS + "/" + id + "/events?stream=true", "Last-Event-ID", Integer.toString(count - 2));
        assertThat(lines(rest, "id:")).containsExactly("id:" + (count - 1), "id:" + count);
        Http.Answer byQuery = http.get(JOBS + "/" + id + "/events?stream=true&last_event_id=" + (count - 1));
        assertThat(lines(byQuery, "id:")).containsExactly("id:" + count);
        assertThat(http.get(JOBS + "/" + id + "/events?stream=true", "Last-Event-ID", Integer.toString(count))
                        .status())
                .as("nothing more will come")
                .isEqualTo(204);
        assertThat(http.get(JOBS + "/" + id + "/events?stream=true", "Last-Event-ID", "x")
                        .status())
                .isEqualTo(400);
    }

    private String create(int steps, String more) {
        Http.Answer answer = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences", %s
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {"max_steps": %d, "save_steps": 1}}}}""".formatted(more, steps));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json().get("id").asString();
    }

    /** The hyperparameters that a job which is created with some has. */
    private JsonNode createWith(String hyperparameters) {
        Http.Answer answer = http.postJson(JOBS, """
                {"model": "notebook", "training_file": "my-preferences",
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {"max_steps": 1, %s}}}}""".formatted(hyperparameters));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        awaitEnd(answer.json().get("id").asString());
        return answer.json().at("/method/dpo/hyperparameters");
    }

    private String status(String id) {
        return http.get(JOBS + "/" + id).json().get("status").asString();
    }

    private JsonNode awaitEnd(String id) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            long version = news.version();
            JsonNode job = http.get(JOBS + "/" + id).json();
            if (List.of("succeeded", "failed", "cancelled")
                    .contains(job.get("status").asString())) {
                return job;
            }
            awaitNews(version, deadline, job);
        }
    }

    private void putMorePreferences() {
        for (int row = 2; row <= 3; row++) {
            Http.Answer stored = http.postJson("/v1/datasets/my-preferences/preferences", """
                    {"id": "%d", "prompt": [1, 2, %d], "chosen": [3], "rejected": [4]}""".formatted(row, row));
            assertThat(stored.status()).as(stored.response().body()).isIn(200, 201);
        }
    }

    private void awaitEvent(String id, String message) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            long version = news.version();
            List<JsonNode> events = allEvents(id);
            if (events.stream()
                    .anyMatch(event -> event.get("message").asString().equals(message))) {
                return;
            }
            awaitNews(version, deadline, events);
        }
    }

    private void awaitNews(long version, long deadline, Object seen) {
        assertThat(System.nanoTime()).as("waited in vain: %s", seen).isLessThan(deadline);
        try {
            news.await(version, Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<JsonNode> allEvents(String id) {
        List<JsonNode> all = new ArrayList<>();
        http.get(JOBS + "/" + id + "/events?limit=100").json().get("data").forEach(all::add);
        return all;
    }

    private static List<String> ids(JsonNode page) {
        List<String> ids = new ArrayList<>();
        page.get("data").forEach(job -> ids.add(job.get("id").asString()));
        return ids;
    }

    private static List<String> lines(Http.Answer stream, String start) {
        return stream.response()
                .body()
                .lines()
                .filter(line -> line.startsWith(start))
                .toList();
    }

    private static void assertRefused(Http.Answer answer, String pointer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.json().at("/errors/0/pointer").asString())
                .as(answer.response().body())
                .isEqualTo(pointer);
        assertThat(answer.json().at("/error/param").asString())
                .isEqualTo(pointer.substring(1).replace('/', '.'));
    }
}

package dev.dpo4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dpo4j.api.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Rows as the migrations, one after the other, made room for them, and what the service of today must say of them. */
final class RowsOfOld {

    /** The newest numbered migration. */
    static final int LAST_VERSION = 11;

    private static final OffsetDateTime TIME = OffsetDateTime.parse("2026-11-01T12:00:00.123456Z");
    /** Answers to appends are forgotten after a while. */
    private static final OffsetDateTime NOT_SO_SOON = OffsetDateTime.parse("2999-01-01T00:00:00Z");

    private static final String PREFERENCE = "{\"prompt\": \"Größe?\", \"chosen\": \"1 m\", \"rejected\": \"x\"}";
    private static final String JOB = "ftjob-AAAAAAAAAAAAAAAAAAAAAAAA";
    private static final String MODEL = "ft:notebook:old:AAAAAAAAAAAAAAAAAAAAAAAA";

    private static final String MEMORY_PLAN = """
            {"packing": {"rows": 1141, "keep": "ALL"}, "base": 0, "weights": 10, "gradients": 10, "moments": 20, "activations": 30,
             "limit": 100}""";

    private static final List<String> MANY_TARGETS = IntStream.range(0, 20)
            .mapToObj(layer -> "model.layers." + layer + ".self_attn.q_proj")
            .toList();

    private final JdbcClient sql;
    private final Path blobs;

    RowsOfOld(JdbcClient sql, Path blobs) {
        this.sql = sql;
        this.blobs = blobs;
    }

    /** Puts in what a version brought; those before it are there. */
    void insert(int version) {
        switch (version) {
            case 1 -> filesAndDatasets();
            case 2 -> jobs();
            case 3 -> tunedModels();
            case 4 -> blobsInFiles();
            case 5 -> referenceLogProbs();
            case 6 -> memoryPlan();
            case 7 -> loraOptions();
            case 8 -> bestEvaluation();
            case 9 -> manyTargets();
            case 10 -> inputs();
            case 11 -> config();
            default -> throw new IllegalArgumentException("Rows of version " + version + " are wanted");
        }
    }

    /** Asks the service for them. */
    void requireReadable(int version, Http http) {
        switch (version) {
            case 1 -> {
                JsonNode file = ok(http.get("/v1/files/file-old"));
                assertThat(file.get("filename").asString()).isEqualTo("old.jsonl");
                assertThat(http.get("/v1/files/file-old/content").response().body())
                        .isEqualTo(PREFERENCE);
                JsonNode rows = ok(http.get("/v1/datasets/old/preferences"));
                assertThat(rows.at("/data/0/record_id").asString(""))
                        .as("%s", rows)
                        .isEqualTo("first");
                assertThat(http.postJson("/v1/datasets/old/preferences", PREFERENCE, "Idempotency-Key", "once")
                                .status())
                        .as("the key is remembered, with another body")
                        .isEqualTo(422);
            }
            case 2 -> {
                JsonNode job = ok(http.get("/v1/fine_tuning/jobs/" + JOB));
                assertThat(job.get("status").asString()).isEqualTo("succeeded");
                assertThat(job.at("/metadata/who").asString()).isEqualTo("me");
                JsonNode hyperparameters = job.at("/method/dpo/hyperparameters");
                assertThat(hyperparameters.get("lr_scheduler_kwargs").isEmpty()).isTrue();
                assertThat(hyperparameters.get("warmup_steps").asInt()).isZero();
                assertThat(hyperparameters.get("adam_beta2").asDouble()).isEqualTo(0.999);
                assertThat(EventLog.oldestFirst(http, JOB))
                        .extracting(ShownEvent::message)
                        .containsExactly("The job is queued");
                JsonNode checkpoints = ok(http.get("/v1/fine_tuning/jobs/" + JOB + "/checkpoints"));
                assertThat(checkpoints.at("/data/0/step_number").asInt()).isEqualTo(4);
            }
            case 3 -> {
                JsonNode model = ok(http.get("/v1/models/" + MODEL));
                assertThat(model.get("id").asString()).isEqualTo(MODEL);
                assertThat(model.at("/lora/lora_alpha").asDouble()).isEqualTo(8);
                assertThat(model.at("/lora/use_rslora").asBoolean()).isFalse();
            }
            case 4 -> {
                for (String file : List.of("file-in-rows", "file-in-file")) {
                    assertThat(http.get("/v1/files/" + file + "/content")
                                    .response()
                                    .body())
                            .isEqualTo(PREFERENCE);
                }
            }
            // No call shows the cache; that its rows are found is for its own tests.
            case 5 ->
                assertThat(sql.sql("select log_prob from reference_log_prob where id = ?")
                                .param("1".repeat(64))
                                .query(Double.class)
                                .list())
                        .containsExactly(-12.345678901234567);
            case 6 -> {
                JsonNode plan = ok(http.get("/v1/fine_tuning/jobs/" + JOB)).get("memory_plan");
                assertThat(plan.get("total_bytes").asInt()).isEqualTo(70);
                assertThat(plan.get("rows_per_pass").asInt()).isEqualTo(1141);
            }
            case 7 -> {
                JsonNode lora =
                        ok(http.get("/v1/models/" + MODEL + "-patterned")).get("lora");
                assertThat(lora.get("target_modules").toString()).isEqualTo("[\"q_proj\"]");
                assertThat(lora.get("use_rslora").asBoolean()).isTrue();
                assertThat(lora.get("rank_pattern").toString()).isEqualTo("{\"layers.1.*\":2}");
                assertThat(lora.get("alpha_pattern").toString()).isEqualTo("{\"q_proj\":3.5}");
            }
            case 8 -> {
                JsonNode best = ok(http.get("/v1/fine_tuning/jobs/" + JOB)).get("best_evaluation");
                assertThat(best.toString()).isEqualTo("{\"step\":3,\"metric\":\"loss\",\"value\":0.25}");
            }
            case 9 -> {
                JsonNode lora =
                        ok(http.get("/v1/models/" + MODEL + "-of-many-targets")).get("lora");
                assertThat(lora.get("target_modules")).hasSize(MANY_TARGETS.size());
            }
            // No call shows them; that a run looks at them is for its own tests.
            case 10 -> {
                assertThat(ok(http.get("/v1/fine_tuning/jobs/" + JOB + "/checkpoints"))
                                .get("data"))
                        .hasSize(1);
                assertThat(sql.sql("select data_sha256 || base_sha256 from job_checkpoint")
                                .query(String.class)
                                .list())
                        .containsExactly("1".repeat(64) + "2".repeat(64));
            }
            case 11 ->
                assertThat(sql.sql("select config_sha256 from job_checkpoint")
                                .query(String.class)
                                .list())
                        .containsExactly("3".repeat(64));
            default -> throw new IllegalArgumentException("Version " + version + " is not known");
        }
    }

    private void filesAndDatasets() {
        blob("blob-file", PREFERENCE.getBytes(UTF_8));
        sql.sql("""
                        insert into stored_file (file_id, blob_id, byte_length, filename, purpose, usable, row_count, created_at)
                        values ('file-old', 'blob-file', ?, 'old.jsonl', 'fine-tune', true, 1, ?)""").params(PREFERENCE.getBytes(UTF_8).length, TIME).update();
        sql.sql("insert into dataset (name, last_sequence, created_at) values ('old', 1, ?)")
                .params(TIME)
                .update();
        sql.sql("""
                        insert into dataset_row (dataset, sequence, record_id, sha256, json, created_at)
                        values ('old', 1, 'first', ?, ?, ?)""")
                .params(sha256(PREFERENCE.getBytes(UTF_8)), PREFERENCE, TIME)
                .update();
        sql.sql("""
                        insert into dataset_append
                            (dataset, idempotency_key, body_sha256, added, sequences, rows_after, created_at)
                        values ('old', 'once', ?, 1, '1', 1, ?)""").params("0".repeat(64), NOT_SO_SOON).update();
    }

    private void jobs() {
        sql.sql("""
                        insert into job (id, status, model, training_file, spec, created_at, finished_at, trained_tokens,
                            validated, fence, run_number, last_event)
                        values (?, 'SUCCEEDED', 'notebook', 'file-old', ?, ?, ?, 123, true, 1, 1, 1)""").params(JOB, """
                        {"jobId":"%s","createdAt":"2026-11-01T12:00:00.123456Z","model":"notebook","trainingData":{"kind":"FILE",\
                        "id":"file-old","rows":1,"sha256":"%s"},"validationData":null,"suffix":"old","hyperparameters":{"beta":0.1,\
                        "batchSize":8,"gradientAccumulationSteps":1,"epochs":3,"maxSteps":4,"learningRate":1.0E-6,\
                        "lrSchedulerType":"LINEAR","warmupSteps":0,"weightDecay":0.0,"maxGradNorm":1.0,"maxLength":1024,\
                        "shuffle":true,"seed":42,"loggingSteps":1,"saveSteps":null,"saveTotalLimit":2,"lora":null}}""".formatted(JOB, "0".repeat(64)), TIME, TIME).update();
        sql.sql("insert into job_metadata (job_id, name, content) values (?, 'who', 'me')")
                .params(JOB)
                .update();
        sql.sql("""
                        insert into job_event (job_id, sequence, event_key, created_at, level, type, message)
                        values (?, 1, 'queued', ?, 'INFO', 'MESSAGE', 'The job is queued')""").params(JOB, TIME).update();
        blob("blob-weights", new byte[] {1, 2, 3});
        blob("blob-optimizer", new byte[] {4, 5, 6});
        sql.sql("""
                        insert into job_checkpoint (id, job_id, step, created_at, progress, fingerprint, metrics, weights_blob,
                            weights_length, weights_sha256, optimizer_blob, optimizer_length, optimizer_sha256)
                        values ('ftckpt-old', ?, 4, ?,
                            '{"step":4,"numTokens":123,"sinceLastReport":null,"stepsSinceLastReport":0}', 'machine', '{"step":4}',
                            'blob-weights', 3, ?, 'blob-optimizer', 3, ?)""")
                .params(JOB, TIME, sha256(new byte[] {1, 2, 3}), sha256(new byte[] {4, 5, 6}))
                .update();
        sql.sql("""
                        insert into scheduled_tasks (task_name, task_instance, task_data, execution_time, picked, version)
                        values ('training', ?, ?, ?, false, 1)""")
                .params(JOB, "{\"jobId\":\"%s\",\"runNumber\":1}".formatted(JOB).getBytes(UTF_8), TIME)
                .update();
    }

    private void tunedModels() {
        sql.sql("""
                        insert into tuned_model (id, base, job_id, created_at, weights_blob, weights_sha256, lora_rank, lora_alpha,
                            lora_targets, config)
                        values (?, 'notebook', ?, ?, 'blob-weights', ?, 4, 8.0, 'q_proj,v_proj', '{}')""").params(MODEL, JOB, TIME, sha256(new byte[] {1, 2, 3})).update();
    }

    private void blobsInFiles() {
        byte[] bytes = PREFERENCE.getBytes(UTF_8);
        blob("blob-in-rows", bytes);
        blob("blob-in-file", bytes);
        if (!TestDatabase.onPostgres()) {
            sql.sql("delete from blob_part where blob_id = 'blob-in-file'").update();
            sql.sql("update blob_manifest set in_file = true where id = 'blob-in-file'")
                    .update();
            try {
                Files.write(Files.createDirectories(blobs).resolve(sha256(bytes)), bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        for (String place : List.of("in-rows", "in-file")) {
            sql.sql("""
                            insert into stored_file
                                (file_id, blob_id, byte_length, filename, purpose, usable, row_count, created_at)
                            values (?, ?, ?, 'old.jsonl', 'fine-tune', true, 1, ?)""")
                    .params("file-" + place, "blob-" + place, bytes.length, TIME)
                    .update();
        }
    }

    private void referenceLogProbs() {
        sql.sql("insert into reference_log_prob (id, log_prob, used_at) values (?, ?, ?)")
                .params("1".repeat(64), -12.345678901234567, TIME)
                .update();
    }

    private void memoryPlan() {
        sql.sql("update job set memory_plan = ? where id = ?")
                .params(MEMORY_PLAN, JOB)
                .update();
    }

    private void bestEvaluation() {
        sql.sql("update job set best_evaluation = '{\"step\":3,\"value\":0.25}' where id = ?")
                .params(JOB)
                .update();
    }

    private void loraOptions() {
        sql.sql("""
                        insert into tuned_model (id, base, job_id, created_at, weights_blob, weights_sha256, lora_rank, lora_alpha,
                            lora_targets, lora_options, config)
                        values (?, 'notebook', ?, ?, 'blob-weights', ?, 4, 8.0, 'q_proj',
                            '{"useRslora":true,"rankPattern":{"layers.1.*":2},"alphaPattern":{"q_proj":3.5}}', '{}')""")
                .params(MODEL + "-patterned", JOB, TIME, sha256(new byte[] {1, 2, 3}))
                .update();
    }

    private void manyTargets() {
        sql.sql("""
                        insert into tuned_model (id, base, job_id, created_at, weights_blob, weights_sha256, lora_rank, lora_alpha,
                            lora_targets, config)
                        values (?, 'notebook', ?, ?, 'blob-weights', ?, 4, 8.0, ?, '{}')""")
                .params(
                        MODEL + "-of-many-targets",
                        JOB,
                        TIME,
                        sha256(new byte[] {1, 2, 3}),
                        String.join(",", MANY_TARGETS))
                .update();
    }

    private void inputs() {
        sql.sql("update job_checkpoint set data_sha256 = ?, base_sha256 = ? where job_id = ?")
                .params("1".repeat(64), "2".repeat(64), JOB)
                .update();
    }

    private void config() {
        sql.sql("update job_checkpoint set config_sha256 = ? where job_id = ?")
                .params("3".repeat(64), JOB)
                .update();
    }

    private void blob(String id, byte[] bytes) {
        sql.sql("insert into blob_manifest (id, byte_length, sha256, created_at, complete) values (?, ?, ?, ?, true)")
                .params(id, bytes.length, sha256(bytes), TIME)
                .update();
        sql.sql("insert into blob_part (blob_id, sequence, sha256, content) values (?, 0, ?, ?)")
                .params(id, sha256(bytes), bytes)
                .update();
    }

    private static JsonNode ok(Http.Answer answer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

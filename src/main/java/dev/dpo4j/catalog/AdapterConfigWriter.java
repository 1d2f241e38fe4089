package dev.dpo4j.catalog;

import dev.dpo4j.llama.LoraConfig;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.ValueNode;

/** Writes PEFT's {@code adapter_config.json}. */
final class AdapterConfigWriter {

    private AdapterConfigWriter() {}

    static ObjectNode toJson(String base, LoraConfig lora) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("peft_type", "LORA");
        json.put("task_type", "CAUSAL_LM");
        json.put("base_model_name_or_path", base);
        json.put("inference_mode", true);
        json.put("r", lora.r());
        json.set("lora_alpha", alpha(lora.alpha()));
        json.put("lora_dropout", lora.dropout());
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("use_rslora", lora.useRslora());
        json.put("use_dora", lora.useDora());
        json.put("init_lora_weights", true);
        json.putNull("modules_to_save");
        ArrayNode targets = json.putArray("target_modules");
        lora.targetModules().stream().sorted().forEach(targets::add);
        ObjectNode ranks = json.putObject("rank_pattern");
        lora.rankPattern().forEach(ranks::put);
        ObjectNode alphas = json.putObject("alpha_pattern");
        lora.alphaPattern().forEach((pattern, alpha) -> alphas.set(pattern, alpha(alpha)));
        return json;
    }

    /** PEFT writes whole numbers as such. */
    private static ValueNode alpha(double alpha) {
        return alpha == Math.rint(alpha)
                ? JsonNodeFactory.instance.numberNode((long) alpha)
                : JsonNodeFactory.instance.numberNode(alpha);
    }
}

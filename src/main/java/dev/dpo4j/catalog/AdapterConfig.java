package dev.dpo4j.catalog;

import dev.dpo4j.llama.LoraConfig;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** PEFT's {@code adapter_config.json}. */
final class AdapterConfig {

    private AdapterConfig() {}

    static ObjectNode json(String base, LoraConfig lora) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("peft_type", "LORA");
        json.put("task_type", "CAUSAL_LM");
        json.put("base_model_name_or_path", base);
        json.put("inference_mode", true);
        json.put("r", lora.r());
        if (lora.alpha() == Math.rint(lora.alpha())) {
            json.put("lora_alpha", (long) lora.alpha());
        } else {
            json.put("lora_alpha", lora.alpha());
        }
        json.put("lora_dropout", 0.0);
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("use_rslora", false);
        json.put("use_dora", false);
        json.put("init_lora_weights", true);
        json.putNull("modules_to_save");
        ArrayNode targets = json.putArray("target_modules");
        lora.targetModules().stream().sorted().forEach(targets::add);
        return json;
    }
}

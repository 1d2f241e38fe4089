"""Writes what PEFT makes of LoRA options: src/test/resources/goldens/peft-adapters.json, and folders that it saved, models/peft-adapter
and models/peft-dora.

The golden holds adapter_config.json files with the rank and scale that each linear layer of a Llama of twelve blocks then has,
and log-probabilities of the folders' adapters on the model that transformers makes from a seed.

Needs torch, transformers and peft; written with torch 2.15, transformers 5.23 and peft 0.21.2.
"""

import json
import pathlib
import tempfile

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

RESOURCES = pathlib.Path(__file__).resolve().parents[1] / "resources"

TWELVE_BLOCKS = {
    "vocab_size": 32,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 12,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}

OPTIONS = {
    "defaults": {},
    "rsLoRA": {"r": 16, "lora_alpha": 8, "use_rslora": True, "target_modules": ["v_proj", "up_proj"]},
    "all-linear": {"r": 2, "lora_alpha": 3, "target_modules": "all-linear"},
    "regular expression": {"target_modules": r"model\.layers\.(0|11)\.(self_attn|mlp)\.(q|down)_proj"},
    "paths": {"target_modules": ["layers.1.self_attn.q_proj", "model.layers.3.mlp.up_proj", "k_proj"]},
    "names in rank_pattern": {
        "target_modules": ["q_proj", "k_proj", "down_proj"],
        "rank_pattern": {"q_proj": 4, "proj": 5, "layers.1.self_attn.k_proj": 6},
    },
    "expressions in both patterns": {
        "r": 4,
        "lora_alpha": 6,
        "use_rslora": True,
        "target_modules": ["q_proj", "v_proj", "gate_proj"],
        "rank_pattern": {r"layers\.[0-3]\..*": 2, "^model.layers.1.*": 3, r"self_attn\..*|mlp\.gate_proj": 7},
        "alpha_pattern": {r"1\.self_attn.q_proj": 32, "v_proj|gate_proj": 1.5, r".*\.layers.*": 9},
    },
    "DoRA": {"use_dora": True, "use_rslora": True, "rank_pattern": {"v_proj": 3}},
    "the first that matches": {
        "target_modules": ["o_proj"],
        "rank_pattern": {".*o_proj": 3, "layers.0.self_attn.o_proj": 2},
        "alpha_pattern": {"layers.0.self_attn.o_proj": 2, ".*o_proj": 3},
    },
}

SAVED_BASE = {
    "vocab_size": 64,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-6,
    "initializer_range": 0.2,
}
SAVED_SEED = 5
SAVED_OPTIONS = {
    "r": 4,
    "lora_alpha": 6,
    "lora_dropout": 0.1,
    "use_rslora": True,
    "target_modules": r".*\.(q_proj|v_proj|down_proj)",
    "rank_pattern": {"down_proj": 2, r"layers\.1\.self_attn\.q_proj": 3},
    "alpha_pattern": {"v_proj": 5},
}
DORA_OPTIONS = {
    "r": 3,
    "lora_alpha": 5,
    "use_dora": True,
    "target_modules": ["q_proj", "k_proj", "o_proj", "gate_proj", "down_proj"],
    "rank_pattern": {"down_proj": 2},
}
PROMPT = [1, 2, 3, 4, 5]
ANSWERS = {"chosen": [6, 7, 8, 9], "rejected": [10, 11, 12]}


def layers(options):
    """PEFT saves patterns sorted, and takes those that it reads in the file's order: it reads what is written here."""
    with tempfile.TemporaryDirectory() as folder:
        LoraConfig(task_type="CAUSAL_LM", base_model_name_or_path="twelve", **options).save_pretrained(folder)
        file = pathlib.Path(folder) / "adapter_config.json"
        config = json.loads(file.read_text()) | options
        file.write_text(json.dumps(config))
        model = get_peft_model(LlamaForCausalLM(LlamaConfig(**TWELVE_BLOCKS)), LoraConfig.from_pretrained(folder))
    found = {
        name.removeprefix("base_model.model."): {"r": module.r["default"], "scale": module.scaling["default"]}
        for name, module in model.named_modules()
        if hasattr(module, "lora_A")
    }
    return {"adapter_config": config, "layers": found}


def log_probs(model):
    found = {}
    for side, answer in ANSWERS.items():
        with torch.no_grad():
            logits = model(torch.tensor([PROMPT + answer])).logits[0].double()
        start = len(PROMPT) - 1
        scored = torch.log_softmax(logits[start:-1], -1)
        found[side] = scored.gather(1, torch.tensor(answer)[:, None])[:, 0].tolist()
    return found


def saved(name, options):
    torch.manual_seed(SAVED_SEED)
    base = LlamaForCausalLM(LlamaConfig(**SAVED_BASE)).eval()
    alone = log_probs(base)
    base.name_or_path = "/somewhere/else/peft-base"
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", **options)).eval()
    torch.manual_seed(SAVED_SEED + 1)
    for parameter_name, parameter in model.named_parameters():
        if "lora_magnitude" in parameter_name:
            with torch.no_grad():
                parameter *= 1 + 0.3 * torch.randn(parameter.shape)
        elif "lora_" in parameter_name:
            torch.nn.init.normal_(parameter, std=0.3)
    folder = RESOURCES / "models" / name
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    return {
        "base": {"seed": SAVED_SEED, "config": SAVED_BASE},
        "prompt": PROMPT,
        "answers": ANSWERS,
        "base_log_probs": alone,
        "log_probs": log_probs(model),
        "merged_log_probs": log_probs(model.merge_and_unload()),
    }


golden = {
    "config": TWELVE_BLOCKS,
    "cases": {name: layers(options) for name, options in OPTIONS.items()},
    "saved": saved("peft-adapter", SAVED_OPTIONS),
    "saved_dora": saved("peft-dora", DORA_OPTIONS),
}
(RESOURCES / "goldens" / "peft-adapters.json").write_text(json.dumps(golden, indent=1) + "\n")

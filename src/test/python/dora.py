#!/usr/bin/env python3
"""Writes what TRL's DPOTrainer computes with PEFT's DoRA on tiny Llamas of known seeds, the reference being the same with the adapter off.

usage: dora.py src/test/resources/models/tiny-tokenizer src/test/resources/goldens/dora.json
needs: pip install trl==1.16.0 peft==0.21.2 transformers==5.23.0 torch==2.15.0

Each case has the loss and every gradient norm before clipping of one batch, straight from DPOTrainer._compute_loss, then the steps of
DPOTrainer.train(), and norms of the weights in the end. A and B are set to numbers that anybody can make, the magnitudes that PEFT has set
are multiplied with such numbers.
"""
import json
import sys
import tempfile

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM
from trl import DPOConfig, DPOTrainer

CONFIG = {
    "vocab_size": 1000,
    "hidden_size": 64,
    "intermediate_size": 160,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "rope_theta": 10000.0,
    "rms_norm_eps": 1e-6,
    "tie_word_embeddings": False,
}
SEED = 1

CASES = {
    "all layers": {"r": 4, "lora_alpha": 6, "target_modules": "all-linear"},
    "some layers, of several ranks, rsLoRA": {
        "r": 4,
        "lora_alpha": 3,
        "use_rslora": True,
        "target_modules": ["q_proj", "v_proj", "o_proj", "up_proj"],
        "rank_pattern": {"v_proj": 2, "1.self_attn.o_proj": 7},
        "alpha_pattern": {"up_proj": 5},
    },
}

ROWS = [
    ("What is the capital of France?", " Paris.", " a lecture"),
    ("The answer is", " Forty two.", " one of many"),
    ("What is the capital of Italy?", " It is.", " The capital of Italy is Paris, as everybody knows."),
    ("Say it.", " It.", " I am a helpful assistant."),
    ("Is there an answer?", " There is one.", " the questions"),
]

TRAINING = {
    "beta": 0.3,
    "learning_rate": 5e-3,
    "lr_scheduler_type": "linear",
    "weight_decay": 0.1,
    "max_grad_norm": 1.0,
    "num_train_epochs": 4,
    "per_device_train_batch_size": 2,
}


def numbers(tensor, count):
    """Between -1/2 and 1/2, exact in float64: Knuth's multiplicative hash of a tensor's place and an element's."""
    return torch.tensor(
        [((i + 1) * 2654435761 + (tensor + 1) * 40503) % 2**32 / 2**32 - 0.5 for i in range(count)], dtype=torch.float64
    )


def name(parameter):
    return parameter.replace(".default", "").replace("magnitude_vector.weight", "magnitude_vector")


def adapter(model):
    return {name(n): p for n, p in model.named_parameters() if "lora_" in n}


def rounded(value):
    return float(f"{value:.9g}")


def case(tokenizer, options):
    torch.manual_seed(SEED)
    base = LlamaForCausalLM(LlamaConfig(**CONFIG))
    with tempfile.TemporaryDirectory() as folder:
        dpo = DPOTrainer(
            model=base,
            args=DPOConfig(
                output_dir=folder,
                report_to=[],
                use_cpu=True,
                bf16=False,
                gradient_checkpointing=False,
                train_sampling_strategy="sequential",
                max_length=None,
                logging_steps=1,
                save_strategy="no",
                disable_tqdm=True,
                **TRAINING,
            ),
            train_dataset=Dataset.from_list([{"prompt": p, "chosen": c, "rejected": r} for p, c, r in ROWS]),
            processing_class=tokenizer,
            peft_config=LoraConfig(task_type="CAUSAL_LM", use_dora=True, **options),
        )
        parameters = adapter(dpo.model)
        assert {p for p in dpo.model.parameters() if p.requires_grad} == set(parameters.values())
        for place, (n, p) in enumerate(sorted(parameters.items())):
            drawn = numbers(place, p.numel()).reshape(p.shape)
            with torch.no_grad():
                p.copy_(p * (1 + 0.4 * drawn).float() if n.endswith("magnitude_vector") else 0.3 * drawn)
        rows = [dict(row) for row in dpo.train_dataset]
        dpo.model.train()
        loss = dpo._compute_loss(dpo.model, dpo.data_collator(rows), False)
        loss.backward()
        gradients = {n: rounded(p.grad.norm().item()) for n, p in sorted(parameters.items())}
        dpo.model.zero_grad()
        dpo._metrics["train"].clear()  # this pass's figures would be in the first step's mean
        decayed = {name(n) for n in dpo.get_decay_parameter_names(dpo.model)}
        dpo.train()
        steps = [
            {k: rounded(v) for k, v in sorted(log.items()) if k in ("loss", "grad_norm", "rewards/margins", "logps/chosen")}
            for log in dpo.state.log_history
            if "loss" in log
        ]
        return {
            "options": options,
            "rows": [{k: row[k] for k in ("prompt_ids", "chosen_ids", "rejected_ids")} for row in rows],
            "loss": rounded(loss.item()),
            "grad_norms": gradients,
            "not_decayed": sorted(set(parameters) - decayed),
            "steps": steps,
            "final_weight_norms": {n: rounded(p.norm().item()) for n, p in sorted(parameters.items())},
        }


def main(folder, target):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.pad_token = tokenizer.eos_token
    golden = {
        "source": "TRL 1.16.0 DPOTrainer, PEFT 0.21.2, torch 2.15.0, transformers 5.23.0, float32",
        "config": CONFIG,
        "seed": SEED,
        "training": TRAINING,
        "cases": {title: case(tokenizer, options) for title, options in CASES.items()},
    }
    with open(target, "w", encoding="utf-8") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")
    for title, one in golden["cases"].items():
        print(title, one["loss"], one["not_decayed"], list(one["grad_norms"])[:4])
        for step in one["steps"]:
            print(step)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

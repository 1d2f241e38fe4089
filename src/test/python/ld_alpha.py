#!/usr/bin/env python3
"""Writes what TRL's DPOTrainer computes under ld_alpha of losses that do not all look at the sums it reduces.

usage: ld_alpha.py src/test/resources/goldens/losses-open.json src/test/resources/goldens/ld-alpha.json
needs: pip install trl==1.16.0 transformers==5.23.0 torch==2.15.0

cases: losses, metrics and gradient norms before clipping, straight from DPOTrainer._compute_loss, of the models and the
batch of losses-open.json, whose own cases must come out again, but for rounding, before any is written.
"""
import json
import sys
import tempfile

import torch
from datasets import Dataset
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from tokenizers import Tokenizer, models
from trl import DPOConfig, DPOTrainer

CASES = [
    {"loss_type": ["sigmoid", "sft"], "ld_alpha": 0.5},
    {"loss_type": ["sigmoid", "sft"], "loss_weights": [0.3, 1.0], "ld_alpha": 0.0},
    {"loss_type": ["sft", "ipo"], "ld_alpha": 0.25},
    {"loss_type": ["sigmoid", "bco_pair", "sft"], "loss_weights": [0.8, 0.2, 1.0], "ld_alpha": 0.5},
    {"loss_type": ["sigmoid_norm"], "ld_alpha": 0.5},
    {"loss_type": ["aot"], "ld_alpha": 0.5},
    {"loss_type": ["aot"], "label_smoothing": 0.2, "ld_alpha": 0.0},
    {"loss_type": ["aot_unpaired"], "ld_alpha": 0.5},
    {"loss_type": ["aot_unpaired", "sft"], "ld_alpha": 0.25},
]


def llama(config, seed):
    torch.manual_seed(seed)
    return LlamaForCausalLM(LlamaConfig(**config))


def tokenizer():
    made = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0, "</s>": 1}, unk_token="a")))
    made.eos_token = made.pad_token = "</s>"
    return made


def rounded(value):
    return float(f"{value:.9g}")


def case(given, options):
    policy = llama(given["config"], given["init"]["policy_seed"])
    with tempfile.TemporaryDirectory() as folder:
        dpo = DPOTrainer(
            model=policy,
            ref_model=llama(given["config"], given["init"]["reference_seed"]),
            args=DPOConfig(
                output_dir=folder,
                report_to=[],
                use_cpu=True,
                bf16=False,
                gradient_checkpointing=False,
                max_length=None,
                beta=given["beta"],
                **options,
            ),
            train_dataset=Dataset.from_list([{"prompt": "a", "chosen": "a", "rejected": "a a"}]),
            processing_class=tokenizer(),
        )
        policy.train()
        loss = dpo._compute_loss(policy, dpo.data_collator([dict(row) for row in given["batch"]]), False)
        loss.backward()
        norms = {name: rounded(p.grad.norm().item()) for name, p in policy.named_parameters()}
        return {
            "options": options,
            "loss": rounded(loss.item()),
            "metrics": {name: rounded(values[-1]) for name, values in sorted(dpo._metrics["train"].items())},
            "grad_norm": rounded(sum(norm**2 for norm in norms.values()) ** 0.5),
            "grad_norms": norms,
        }


def main(source, target):
    with open(source, encoding="utf-8") as file:
        given = json.load(file)
    for known in given["cases"]:
        again = case(given, known["options"])
        for name in ("loss", "grad_norm"):
            assert abs(again[name] - known[name]) <= 1e-5 * abs(known[name]), (known["options"], name, again[name], known[name])
    golden = {"source": given["source"], "cases": [case(given, options) for options in CASES]}
    with open(target, "w", encoding="utf-8") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")
    for one in golden["cases"]:
        print(one["options"], one["loss"], one["grad_norm"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

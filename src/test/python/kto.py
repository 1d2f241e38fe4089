#!/usr/bin/env python3
"""Writes what TRL's KTOTrainer computes of labelled answers of our own, with tiny Llamas of known seeds.

usage: kto.py src/test/resources/models/tiny-tokenizer src/test/resources/goldens/kto.json
needs: pip install trl==1.16.0 transformers==5.23.0 torch==2.15.0

cases: losses, metrics and gradient norms before clipping, of one batch, straight from KTOTrainer._compute_loss.
training: KTOTrainer.train() over rows of text, whose last batch is a short one and whose second holds no bad answer.
"""
import json
import sys
import tempfile

import torch
from datasets import Dataset
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM
from trl import KTOConfig, KTOTrainer

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

BATCH = [
    {"prompt_ids": [1, 2, 3, 4, 5, 6], "completion_ids": [7, 8, 9, 10], "label": True},
    {"prompt_ids": [11, 12], "completion_ids": [20], "label": False},
    {"prompt_ids": [100, 200, 300, 400], "completion_ids": [600, 700, 800, 900, 950], "label": False},
    {"prompt_ids": [42], "completion_ids": [43, 44, 45], "label": True},
    {"prompt_ids": [7, 8, 9], "completion_ids": [13, 14, 15, 16, 17, 18, 19], "label": False},
]

# policy's seed, reference's seed, options, rows of the batch
CASES = [
    (1, 2, {}, [0, 1, 2, 3, 4]),
    (2, 1, {}, [0, 1, 2, 3, 4]),
    (2, 1, {"beta": 0.5, "desirable_weight": 1.33, "undesirable_weight": 0.75}, [0, 1, 2, 3, 4]),
    (1, 2, {"beta": 0.5, "desirable_weight": 1.33, "undesirable_weight": 0.75}, [0, 1, 2, 3, 4]),
    (2, 1, {}, [0, 3]),
    (2, 1, {}, [1, 2, 4]),
    (1, 2, {}, [1, 2, 4]),
    (1, 2, {"loss_type": "apo_zero_unpaired"}, [0, 1, 2, 3, 4]),
    (2, 1, {"loss_type": "apo_zero_unpaired", "beta": 0.5, "desirable_weight": 1.33}, [0, 1, 2, 3, 4]),
]

ROWS = [
    ("What is the capital of France?", " Paris.", True),
    ("The answer is", " a lecture", False),
    ("How many?", " Forty two.", True),
    ("What is the capital of Italy?", " The capital of Italy is Paris, as everybody knows.", False),
    ("Is it the answer?", " It is.", True),
    ("The question is", " one of many", True),
    ("Say it.", " It.", True),
    ("Is there an answer?", " There is one.", True),
    ("Many are", " the questions", False),
    ("How is Paris?", " I am a helpful assistant.", False),
]

TRAINING = {
    "beta": 0.3,
    "desirable_weight": 1.0,
    "undesirable_weight": 1.5,
    "learning_rate": 1e-3,
    "lr_scheduler_type": "linear",
    "weight_decay": 0.1,
    "max_grad_norm": 1.0,
    "num_train_epochs": 4,
    "per_device_train_batch_size": 4,
}


def llama(seed):
    torch.manual_seed(seed)
    return LlamaForCausalLM(LlamaConfig(**CONFIG))


def trainer(policy, reference, tokenizer, folder, rows, options):
    return KTOTrainer(
        model=policy,
        ref_model=reference,
        args=KTOConfig(
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
            **options,
        ),
        train_dataset=Dataset.from_list([{"prompt": p, "completion": c, "label": l} for p, c, l in rows]),
        processing_class=tokenizer,
    )


def rounded(value):
    return float(f"{value:.9g}")


def case(tokenizer, policy_seed, reference_seed, options, indices):
    policy = llama(policy_seed)
    with tempfile.TemporaryDirectory() as folder:
        kto = trainer(policy, llama(reference_seed), tokenizer, folder, ROWS, options)
        rows = [dict(BATCH[i]) for i in indices]
        if kto.calculate_KL:
            # the very rotation of _prepare_dataset, of rows that are one batch
            rotated = [rows[-1]["completion_ids"]] + [row["completion_ids"] for row in rows[:-1]]
            for row, completion in zip(rows, rotated):
                row["KL_completion_ids"] = completion
        policy.train()
        loss = kto._compute_loss(policy, kto.data_collator(rows), False)
        loss.backward()
        norms = {name: rounded(p.grad.norm().item()) for name, p in policy.named_parameters()}
        return {
            "policy_seed": policy_seed,
            "reference_seed": reference_seed,
            "options": options,
            "rows": indices,
            "loss": rounded(loss.item()),
            "metrics": {name: rounded(values[-1]) for name, values in sorted(kto._metrics["train"].items())},
            "grad_norm": rounded(sum(norm**2 for norm in norms.values()) ** 0.5),
            "grad_norms": norms,
        }


def training(tokenizer):
    policy = llama(1)
    with tempfile.TemporaryDirectory() as folder:
        kto = trainer(policy, llama(2), tokenizer, folder, ROWS, TRAINING)
        rows = [dict(row) for row in kto.train_dataset]
        kto.train()
        steps = [
            {name: rounded(value) for name, value in sorted(log.items())}
            for log in kto.state.log_history
            if "loss" in log
        ]
    return {
        "policy_seed": 1,
        "reference_seed": 2,
        "options": TRAINING,
        "rows": [
            {"prompt": p, "completion": c, "label": l, **{n: row[n] for n in ("prompt_ids", "completion_ids", "KL_completion_ids")}}
            for (p, c, l), row in zip(ROWS, rows)
        ],
        "steps": steps,
        "final_weight_norms": {name: rounded(p.norm().item()) for name, p in policy.named_parameters()},
    }


def main(folder, target):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.pad_token = tokenizer.eos_token
    golden = {
        "source": "TRL 1.16.0 KTOTrainer, torch 2.15.0, transformers 5.23.0, float32",
        "config": CONFIG,
        "batch": BATCH,
        "cases": [case(tokenizer, *arguments) for arguments in CASES],
        "training": training(tokenizer),
    }
    with open(target, "w", encoding="utf-8") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")
    for one in golden["cases"]:
        print(one["options"], one["rows"], one["loss"], one["metrics"]["kl"], one["grad_norm"])
    for step in golden["training"]["steps"]:
        print(step)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

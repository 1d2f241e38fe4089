"""Turns preferences into token ids by TRL's own code, so that all sides compute the same.

Spec: model, preferences, most_tokens (of prompt and answer together; longer rows are left out), rows (how many to keep), target.
"""
import json
from types import SimpleNamespace

from datasets import Dataset
from transformers import AutoTokenizer
from trl import DPOConfig, DPOTrainer

import outcome

ROLES = {"human": "user", "gpt": "assistant", "system": "system"}


def read(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines() if line.strip()]


def trl_row(row):
    """TRL's shape of a row in ShareGPT's or OpenAI's shape; other rows are in TRL's already."""
    if "conversations" in row:
        return {
            "prompt": [message(turn) for turn in row["conversations"]],
            "chosen": [message(row["chosen"])],
            "rejected": [message(row["rejected"])],
        }
    if "preferred_output" in row:
        return {
            "prompt": row["input"]["messages"],
            "chosen": row["preferred_output"],
            "rejected": row["non_preferred_output"],
        }
    return {name: row[name] for name in ("prompt", "chosen", "rejected") if name in row}


def message(turn):
    return {"role": ROLES[turn["from"]], "content": turn["value"]}


def tokenised(rows, tokenizer):
    trainer = SimpleNamespace(_tokenizer=tokenizer)
    args = DPOConfig(output_dir="unused", max_length=None, report_to=[], use_cpu=True, bf16=False)
    return DPOTrainer._prepare_dataset(trainer, Dataset.from_list(rows), tokenizer, args, "train")


def main():
    spec = outcome.spec()
    rows = [trl_row(row) for row in read(spec["preferences"])]
    kept = []
    for row in tokenised(rows, AutoTokenizer.from_pretrained(spec["model"])):
        ids = {"prompt": row["prompt_ids"], "chosen": row["chosen_ids"], "rejected": row["rejected_ids"]}
        if len(ids["prompt"]) + max(len(ids["chosen"]), len(ids["rejected"])) <= spec["most_tokens"]:
            kept.append(ids)
    with open(spec["target"], "w", encoding="utf-8") as file:
        file.writelines(json.dumps(ids) + "\n" for ids in kept[: spec["rows"]])
    outcome.write({"read": len(rows), "fitting": len(kept)}, "trl", "transformers")


main()

#!/usr/bin/env python3
"""Writes what TRL's DPOTrainer makes of rows of our own: prompt_ids, chosen_ids, rejected_ids.

usage: trl_tokenisation.py MODEL_FOLDER src/test/resources/goldens/trl-tokenisation-NAME.json
needs: pip install trl==1.16.0 transformers==5.23.0

Run for the tiny tokenizer of src/test/resources/models (NAME tiny) and for SmolLM2 (NAME smollm2).
"""
import json
import sys
from types import SimpleNamespace

from datasets import Dataset
from transformers import AutoTokenizer
from trl import DPOConfig, DPOTrainer


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def system(text):
    return {"role": "system", "content": text}


ROWS = {
    "text": {"prompt": "What is the capital of France?", "chosen": " Paris.", "rejected": " The capital of France is Paris, as everybody knows."},
    "text whose prompt and answers merge": {"prompt": "The ans", "chosen": "wer is 4", "rejected": "wers are many"},
    "text whose prompt merges with one answer": {"prompt": "The", "chosen": "re is one", "rejected": " answer"},
    "text whose prompt ends with a space": {"prompt": "The answer is ", "chosen": "forty two", "rejected": "a lecture"},
    "text with line ends and tabs": {"prompt": "a\n\n\tb\r\n", "chosen": "\n\nc", "rejected": "\td"},
    "text beyond ASCII": {"prompt": "Grüße aus 東京 🙂", "chosen": " ¿Qué?", "rejected": "🙂🙂"},
    "text with special tokens in it": {"prompt": "<|im_start|>user\nHi<|im_end|>\n", "chosen": "Hello<|im_end|>", "rejected": "Hello</s>"},
    "text without a prompt of its own": {"chosen": "What is the capital of Italy? It is Rome.", "rejected": "What is the capital of Italy? It is Paris."},
    "text that parts inside a word": {"chosen": "The question", "rejected": "The quest"  "ing"},
    "chat": {"prompt": [user("What is the capital of France?")], "chosen": [assistant("Paris.")], "rejected": [assistant("The capital of France is Paris.")]},
    "chat with a system message": {"prompt": [system("You are a helpful assistant."), user("How many?")], "chosen": [assistant("Forty two.")], "rejected": [assistant("Many.")]},
    "chat of several turns": {"prompt": [user("a"), assistant("b"), user("c")], "chosen": [assistant("d")], "rejected": [assistant(" d"), user("e"), assistant("f")]},
    "chat whose prompt ends with the assistant": {"prompt": [user("a"), assistant("b")], "chosen": [user("c"), assistant("d")], "rejected": [user("e"), assistant("f")]},
    "chat without a prompt of its own": {"chosen": [system("Be short."), user("Hi"), assistant("Hello.")], "rejected": [system("Be short."), user("Hi"), assistant("Hello, dear friend!")]},
    "chat beyond ASCII": {"prompt": [user("Wie heißt die Hauptstadt? 🙂")], "chosen": [assistant("Paris — 東京")], "rejected": [assistant("\u00a0Rom\u00e9\u0301")]},
}


def tokenised(row, tokenizer):
    trainer = SimpleNamespace(_tokenizer=tokenizer)
    args = DPOConfig(output_dir="unused", max_length=None, report_to=[], use_cpu=True, bf16=False)
    dataset = DPOTrainer._prepare_dataset(trainer, Dataset.from_list([row]), tokenizer, args, "train")
    return {name: dataset[0][name] for name in ("prompt_ids", "chosen_ids", "rejected_ids")}


def main(folder, target):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    rows = [{"name": name, "row": row, **tokenised(row, tokenizer)} for name, row in ROWS.items()]
    with open(target, "w", encoding="utf-8") as file:
        json.dump({"source": "TRL 1.16.0, transformers 5.23.0", "rows": rows}, file, ensure_ascii=True)
        file.write("\n")
    print(len(rows), "rows")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

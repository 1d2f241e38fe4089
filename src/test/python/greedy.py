"""Writes src/test/resources/goldens/greedy.json: what transformers' greedy search adds to five prompts.

Needs torch, transformers and the folder of SmolLM2-135M-Instruct (its path is the argument); written with torch 2.15 and
transformers 5.23. `margin` is the smallest distance between the best and the second-best logit on the way: where it is small, a
different order of additions may choose another token.
"""

import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

SYSTEM = "You keep a small boat yard and answer in plain words."
TOKENS = 40
CASES = [
    {"messages": [{"role": "user", "content": "Why does wet rope swell, and does it become shorter?"}]},
    {
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": "The varnish on my dinghy is peeling. What should I do first?"},
        ]
    },
    {"messages": [{"role": "user", "content": "Tell a story about a lighthouse keeper who is afraid of the dark."}]},
    {"prompt": "The three things every gardener should know about frost are"},
    {"prompt": "def is_leap_year(year):\n    \"\"\"Whether a year has 366 days.\"\"\"\n"},
]


def golden(case, model, tokenizer):
    if "messages" in case:
        text = tokenizer.apply_chat_template(case["messages"], tokenize=False, add_generation_prompt=True)
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    else:
        ids = tokenizer(case["prompt"])["input_ids"]
    with torch.no_grad():
        out = model.generate(
            torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            do_sample=False,
            max_new_tokens=TOKENS,
            return_dict_in_generate=True,
            output_logits=True,
        )
    margins = [float(top[0] - top[1]) for top in (step[0].topk(2).values for step in out.logits)]
    new = out.sequences[0, len(ids) :].tolist()
    return {**case, "prompt_ids": ids, "tokens": new, "text": tokenizer.decode(new, skip_special_tokens=True), "margin": min(margins)}


def main():
    folder = sys.argv[1]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    goldens = {"model": "SmolLM2-135M-Instruct", "cases": [golden(case, model, tokenizer) for case in CASES]}
    target = pathlib.Path(__file__).parent.parent / "resources" / "goldens" / "greedy.json"
    target.write_text(json.dumps(goldens, indent=1) + "\n")


if __name__ == "__main__":
    main()

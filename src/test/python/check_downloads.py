#!/usr/bin/env python3
"""Checks that transformers and peft load what GET /v1/models/{id}/content sends, and find the service's log-probabilities.

usage: check_downloads.py URL BASE_FOLDER MODEL...
       check_downloads.py http://127.0.0.1:8080 ~/.dpo4j/models/smollm2 ft:smollm2:terse:abc ft:smollm2:lora:def
needs: pip install transformers==5.23.0 peft==0.21.2 torch

Run by hand against a running service that has tuned the models, by all weights or as LoRA, from the model in BASE_FOLDER.
For every model the zip is downloaded and loaded, an adapter onto BASE_FOLDER. Preferences in chat form are tokenised by
the folder's tokenizer, scored in float32, and compared with POST /v1/dpo/loss: summed log-probabilities of each answer
under the model and under the base, every token's, and the loss. It fails when two of them are more than 1e-3 apart.
"""
import io
import json
import math
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

TOLERANCE = 1e-3
BETA = 0.1
PREFERENCES = [
    {
        "prompt": [{"role": "user", "content": "Why is the sky blue?"}],
        "chosen": [{"role": "assistant", "content": "Air scatters blue light more than red."}],
        "rejected": [{"role": "assistant", "content": "What a wonderful question! Let us explore it together, step by step."}],
    },
    {
        "prompt": [
            {"role": "system", "content": "Answer in one short sentence."},
            {"role": "user", "content": "Wie heißt die Hauptstadt von Japan? 東京?"},
        ],
        "chosen": [{"role": "assistant", "content": "Tokyo (東京)."}],
        "rejected": [{"role": "assistant", "content": "Japan is an island nation whose long history begins\n\n1. in Kyoto"}],
    },
]


def call(request):
    with urllib.request.urlopen(request) as response:
        return response.read()


def ask(url, model):
    body = json.dumps({"model": model, "beta": BETA, "preferences": PREFERENCES}).encode()
    return json.loads(call(urllib.request.Request(f"{url}/v1/dpo/loss", body, {"Content-Type": "application/json"})))


def download(url, model, folder):
    with zipfile.ZipFile(io.BytesIO(call(f"{url}/v1/models/{model}/content"))) as content:
        content.extractall(folder)
        return content.namelist()


def load(folder, base_folder):
    if not (folder / "adapter_config.json").exists():
        return AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    base = AutoModelForCausalLM.from_pretrained(base_folder, dtype=torch.float32)
    return PeftModel.from_pretrained(base, folder), AutoTokenizer.from_pretrained(base_folder)


def token_logprobs(model, tokenizer, prompt, answer):
    """Ids and log-probabilities of the tokens that the answer adds to the prompt."""
    start = tokenizer.apply_chat_template(prompt, add_generation_prompt=True, return_dict=False)
    ids = tokenizer.apply_chat_template(prompt + answer, return_dict=False)
    assert ids[: len(start)] == start
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    assert logits.dtype == torch.float32, logits.dtype
    logprobs = torch.log_softmax(logits[:-1], -1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
    return ids[len(start):], logprobs[len(start) - 1:].tolist()


class Comparison:
    """Prints pairs of figures and remembers the largest difference."""

    def __init__(self):
        self.largest = 0.0

    def add(self, name, ours, theirs, shown=True):
        self.largest = max(self.largest, abs(ours - theirs))
        if shown:
            print(f"  {name:<46} {ours:>13.6f} {theirs:>13.6f} {abs(ours - theirs):>10.1e}")


def compare(answer, model, base, tokenizer):
    comparison = Comparison()
    print(f"  {'':<46} {'dpo4j':>13} {'transformers':>13} {'apart':>10}")
    losses = []
    for number, (preference, scored) in enumerate(zip(PREFERENCES, answer["preferences"], strict=True), 1):
        ratios = {}
        for side in "chosen", "rejected":
            ours = scored["chosen"] if side == "chosen" else scored["rejected"][0]
            sums = {}
            for name, scorer, total, token in (
                ("tuned", model, "logprob", "policy_logprob"),
                ("base", base, "reference_logprob", "reference_logprob"),
            ):
                ids, theirs = token_logprobs(scorer, tokenizer, preference["prompt"], preference[side])
                assert ids == [token["id"] for token in ours["tokens"]], "the service's token ids are others"
                for mine, other in zip(ours["tokens"], theirs, strict=True):
                    comparison.add("", mine[token], other, shown=False)
                sums[name] = sum(theirs)
                comparison.add(f"preference {number}, {side}, {name}, {len(ids)} tokens", ours[total], sums[name])
            ratios[side] = sums["tuned"] - sums["base"]
        losses.append(math.log1p(math.exp(-BETA * (ratios["chosen"] - ratios["rejected"]))))
    comparison.add("loss", answer["loss"], sum(losses) / len(losses))
    print(f"  largest difference, single tokens included: {comparison.largest:.1e}")
    return comparison.largest


def main(url, base_folder, *models):
    logging.disable_progress_bar()
    base = AutoModelForCausalLM.from_pretrained(base_folder, dtype=torch.float32)
    largest = 0.0
    for name in models:
        with tempfile.TemporaryDirectory() as temporary:
            print(f"{name}: {', '.join(download(url, name, temporary))}")
            model, tokenizer = load(Path(temporary), base_folder)
            print(f"  loaded as {type(model).__name__}")
            largest = max(largest, compare(ask(url, name), model, base, tokenizer))
    if not largest <= TOLERANCE:
        sys.exit(f"FAILED: {largest:.1e} is more than {TOLERANCE:.0e}")
    print(f"ok: {len(models)} models, nothing more than {TOLERANCE:.0e} apart")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1].rstrip("/"), *sys.argv[2:])

"""The hand-written loop's forward pass alone, over several files of preferences; the first is the warm-up.

Spec: model, files (one a turn), threads.
"""
import time

import torch

import answers
import outcome


def main():
    spec = outcome.spec()
    torch.set_num_threads(spec["threads"])
    model = answers.load(spec["model"]).eval()
    passes = []
    for path in spec["files"]:
        rows = outcome.token_rows(path)
        with outcome.turn(spec):
            began = time.perf_counter()
            log_probs = [answers.log_probs(model, row) for row in rows]
            seconds = time.perf_counter() - began
        passes.append({"seconds": seconds, "tokens": sum(map(outcome.tokens, rows)), "log_probs": log_probs})
    outcome.write({"passes": passes}, "torch", "transformers")


main()

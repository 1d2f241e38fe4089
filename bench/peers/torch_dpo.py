"""A DPO loop written by hand in PyTorch, all weights: what somebody who cares for speed would write without a framework.

float32, no padding, logits of the answers only, gradients a pair at a time (so little memory), fused AdamW. Each epoch in TRL's order.
Spec: model, rows, epochs, batch, learning_rate, beta, max_grad_norm, seed, threads, reference ("in the loop" or "cached"),
recompute (gradient checkpointing, for texts whose activations the machine cannot hold).
"""
import time

import torch
from torch.nn.functional import logsigmoid

import answers
import outcome


def order(rows, seed, epoch):
    return torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed + epoch)).tolist()


def step(policy, optimizer, rows, reference, spec):
    """One optimizer step; returns its loss."""
    total = 0.0
    for row in rows:
        chosen_reference, rejected_reference = reference(row)
        chosen = answers.log_prob(policy, row["prompt"], row["chosen"]) - chosen_reference
        rejected = answers.log_prob(policy, row["prompt"], row["rejected"]) - rejected_reference
        loss = -logsigmoid(spec["beta"] * (chosen - rejected)) / len(rows)
        loss.backward()
        total += loss.item()
    torch.nn.utils.clip_grad_norm_(policy.parameters(), spec["max_grad_norm"])
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    return total


def reference_of(spec, rows):
    model = answers.load(spec["model"]).eval().requires_grad_(False)
    if spec["reference"] == "in the loop":
        return lambda row: answers.log_probs(model, row)
    cache = {id(row): answers.log_probs(model, row) for row in rows}
    return lambda row: cache[id(row)]


def main():
    spec = outcome.spec()
    torch.set_num_threads(spec["threads"])
    rows = outcome.token_rows(spec["rows"])
    reference = reference_of(spec, rows)
    policy = answers.load(spec["model"]).train()  # SmolLM2 and other Llamas have no dropout
    if spec.get("recompute"):
        policy.gradient_checkpointing_enable({"use_reentrant": False})
    optimizer = torch.optim.AdamW(policy.parameters(), lr=spec["learning_rate"], weight_decay=0.0, fused=True)
    steps = []
    for epoch in range(spec["epochs"]):
        rows_of_epoch = [rows[i] for i in order(rows, spec["seed"], epoch)]
        for first in range(0, len(rows), spec["batch"]):
            began = time.perf_counter()
            loss = step(policy, optimizer, rows_of_epoch[first : first + spec["batch"]], reference, spec)
            steps.append({"seconds": time.perf_counter() - began, "loss": loss})
    outcome.write({"steps": steps}, "torch", "transformers")


main()

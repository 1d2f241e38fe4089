"""Writes src/test/resources/goldens/schedules.json: the learning rates that transformers gives each optimizer step.

Needs torch and transformers; written with torch 2.15 and transformers 5.23.
"""

import json
import pathlib

import torch
from transformers import get_scheduler

CASES = [
    {"type": kind, "peak": peak, "warmup_steps": warmup, "total_steps": total}
    for kind in ("constant", "linear", "cosine")
    for peak, warmup, total in ((1e-6, 0, 11), (3e-4, 7, 25), (5e-5, 3, 3), (1e-4, 10, 6))
]


def rates(case):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=case["peak"])
    # "constant" alone forgets the warm-up
    name = "constant_with_warmup" if case["type"] == "constant" else case["type"]
    scheduler = get_scheduler(name, optimizer, case["warmup_steps"], case["total_steps"])
    values = []
    for _ in range(case["total_steps"]):
        values.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return values


golden = [{**case, "rates": rates(case)} for case in CASES]
path = pathlib.Path(__file__).parents[1] / "resources" / "goldens" / "schedules.json"
path.write_text(json.dumps(golden, indent=1) + "\n")

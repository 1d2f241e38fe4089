"""Writes src/test/resources/goldens/schedules.json: the learning rates that transformers gives each optimizer step.

Needs torch and transformers; written with torch 2.15 and transformers 5.23.
"""

import json
import pathlib

import torch
from transformers import get_scheduler

RUNS = ((1e-6, 0, 11), (3e-4, 7, 25), (5e-5, 3, 3), (1e-4, 10, 6))
WITHOUT_OPTIONS = ("constant", "linear", "cosine", "constant_with_warmup", "cosine_with_restarts", "polynomial",
                   "inverse_sqrt")
WITH_OPTIONS = (
    ("cosine", {"num_cycles": 1.25}),
    ("cosine_with_restarts", {"num_cycles": 3}),
    ("cosine_with_min_lr", {"min_lr": 2e-7}),
    ("cosine_with_min_lr", {"min_lr_rate": 0.3, "num_cycles": 1}),
    ("polynomial", {"lr_end": 0.0, "power": 2.0}),
    ("polynomial", {"lr_end": 3e-7, "power": 0.5}),
    ("polynomial", {"power": 1.7}),
    ("inverse_sqrt", {"timescale": 4}),
    ("warmup_stable_decay", {"num_decay_steps": 5}),
    ("warmup_stable_decay", {"num_decay_steps": 4, "num_stable_steps": 2, "min_lr_ratio": 0.1, "decay_type": "linear"}),
    ("warmup_stable_decay", {"num_decay_steps": 6, "warmup_type": "1-sqrt", "decay_type": "1-sqrt"}),
    ("warmup_stable_decay", {"num_decay_steps": 30, "warmup_type": "cosine", "num_cycles": 1.5, "min_lr_ratio": 0.25}),
)
CASES = [
    {"type": kind, "kwargs": kwargs, "peak": peak, "warmup_steps": warmup, "total_steps": total}
    for kinds, runs in (
        (tuple((kind, {}) for kind in WITHOUT_OPTIONS), RUNS),
        (WITH_OPTIONS, RUNS[:2]),
    )
    for kind, kwargs in kinds
    for peak, warmup, total in runs
]


def rates(case):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=case["peak"])
    # "constant" alone forgets the warm-up, which dpo4j's oldest jobs have with it
    name = "constant_with_warmup" if case["type"] == "constant" else case["type"]
    scheduler = get_scheduler(name, optimizer, case["warmup_steps"], case["total_steps"], case["kwargs"])
    values = []
    for _ in range(case["total_steps"]):
        values.append(scheduler.get_last_lr()[0])
        if len(values) < case["total_steps"]:  # polynomial divides by zero once the run is over
            optimizer.step()
            scheduler.step()
    return values


golden = [{**case, "rates": rates(case)} for case in CASES]
path = pathlib.Path(__file__).parents[1] / "resources" / "goldens" / "schedules.json"
path.write_text(json.dumps(golden, indent=1) + "\n")

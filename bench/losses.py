#!/usr/bin/env python3
"""Trains with several losses in dpo4j and in TRL, all weights and LoRA, and prints how far the two are apart, step by step.

Nothing is timed: the machine need not be quiet. Ends with 1 when a loss is further apart than the tolerance.
"""
import argparse
import functools
import json
import math
import pathlib
import sys
import time

import compare
from harness import job, rows
from harness.client import Client
from harness.environment import Environment
from harness.service import JVM_FLAGS, Service, laid_out
from harness.settings import SEED, Settings

TOLERANCE = 1e-3  # of a loss, relative to the larger of it and 1

# The losses by what they are called in the table, and their options, which have the same names on both sides.
LOSSES = {
    "sigmoid": {"loss_type": ["sigmoid"]},
    "ipo": {"loss_type": ["ipo"]},
    "robust, label_smoothing 0.1": {"loss_type": ["robust"], "label_smoothing": 0.1},
    "apo_zero": {"loss_type": ["apo_zero"]},
    "sigmoid + bco_pair + sft (MPO)": {"loss_type": ["sigmoid", "bco_pair", "sft"], "loss_weights": [0.8, 0.2, 1.0]},
}
SCHEDULE = {"lr_scheduler_type": "cosine", "warmup_steps": 2}
COMPARED = ("loss", "grad_norm", "learning_rate", "rewards/chosen", "rewards/rejected", "rewards/margins", "logps/chosen", "logps/rejected")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--model", type=compare.existing, required=True, help="a Llama's folder in Hugging Face layout")
    add("--preferences", type=compare.existing, required=True, help="as compare.py takes them")
    add("--venv", type=pathlib.Path, default=compare.CACHE / "venv", help="the peers' virtual environment")
    add("--go-on", type=compare.existing, help="folder of an earlier run: what it has is kept")
    add("--jar", type=pathlib.Path, help="the service; built first where not given")
    add("--java", default=compare.java_on_path(), help="a JDK 25's java")
    add("--steps", type=int, default=20)
    add("--batch", type=int, default=2, help="preferences in an optimizer step")
    add("--most-tokens", type=int, default=128, help="of a prompt with an answer")
    return parser.parse_args()


def of_dpo4j(settings, service, file, lora, options):
    with service() as running:
        client = Client(running.port)
        hyperparameters = settings.of_dpo4j(1, lora, **SCHEDULE, **options)
        trace = job.run(client, settings.model.name, client.upload(file), SEED, hyperparameters)
        return [step["metrics"] for step in trace.steps]


def of_trl(settings, environment, file, lora, options):
    spec = settings.of_peer(
        file, 1, lora, micro_batch=settings.batch, target=str(settings.work / "trl"), options=SCHEDULE | options
    )
    return [step["metrics"] for step in environment.run("trl_dpo.py", spec)["steps"]]


def largest_difference(name, ours, theirs):
    """Over the steps, relative to the larger of the number and 1; infinite where one is no number."""
    pairs = [(float(a[name]), float(b[name])) for a, b in zip(ours, theirs, strict=True)]
    if not all(math.isfinite(value) for pair in pairs for value in pair):
        return math.inf
    return max(abs(a - b) / max(1.0, abs(b)) for a, b in pairs)


def table(results):
    lines = ["| training | loss | first → last loss | " + " | ".join(f"`{name}`" for name in COMPARED) + " |"]
    lines.append("| --- " * (3 + len(COMPARED)) + "|")
    for name, sides in results.items():
        kind, loss = name.split(" ", 1)
        first, last = (float(sides["dpo4j"][step]["loss"]) for step in (0, -1))
        differences = " | ".join(f"{largest_difference(what, sides['dpo4j'], sides['TRL']):.1e}" for what in COMPARED)
        lines.append(f"| {kind} | {loss} | {first:.4f} → {last:.4f} | {differences} |")
    return "\n".join(lines)


def main():
    chosen = arguments()
    work = chosen.go_on or compare.CACHE.resolve() / time.strftime("losses-%Y%m%d-%H%M%S")
    work.mkdir(parents=True, exist_ok=True)
    print(f"files of this run: {work}", file=sys.stderr)
    settings = Settings(
        model=chosen.model,
        preferences=chosen.preferences,
        work=work,
        jar=chosen.jar or compare.built_jar(),
        java=chosen.java,
        jvm_flags=JVM_FLAGS,
        service_variables=(),
        threads=compare.machine.cores(),
        rows=chosen.steps * chosen.batch,
        most_tokens=chosen.most_tokens,
        batch=chosen.batch,
        forward_rows=1,
    )
    environment = Environment.made(chosen.venv, work, settings.threads)
    application = laid_out(settings.java, settings.jar, work)
    service = functools.partial(Service, settings.java, application, settings.model.parent, work)
    compare.tokenise(settings, environment)
    file = work / "rows.jsonl"
    print(f"{settings.rows} preferences, {rows.total(rows.read(file))} tokens", file=sys.stderr)

    results_file = work / "results.json"
    results = json.loads(results_file.read_text()) if results_file.exists() else {}
    for kind, lora in (("full", False), ("LoRA", True)):
        for loss, options in LOSSES.items():
            name = f"{kind} {loss}"
            if name not in results:
                print(name, file=sys.stderr)
                results[name] = {
                    "dpo4j": of_dpo4j(settings, service, file, lora, options),
                    "TRL": of_trl(settings, environment, file, lora, options),
                }
                results_file.write_text(json.dumps(results, indent=1))
    print(table(results))
    apart = [name for name, sides in results.items() if largest_difference("loss", sides["dpo4j"], sides["TRL"]) > TOLERANCE]
    if apart:
        sys.exit(f"The losses are apart: {', '.join(apart)}")


if __name__ == "__main__":
    main()

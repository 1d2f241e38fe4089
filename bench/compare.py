#!/usr/bin/env python3
"""Compares dpo4j with TRL and with a loop written by hand in PyTorch, on this machine, and writes bench/RESULTS.md.

Every measurement has processes of its own, one after the other; those of the loss alone take turns. Leave the machine alone meanwhile.
"""
import argparse
import functools
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

from harness import agreement, checkpoints, forward, machine, report, rows, scaling, training
from harness.environment import BENCH, Environment
from harness.postgresql import PostgreSql
from harness.service import JVM_FLAGS, Service, laid_out
from harness.settings import Settings

REPOSITORY = BENCH.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "dpo4j-bench"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--model", type=existing, required=True, help="a Llama's folder in Hugging Face layout")
    add("--preferences", type=existing, required=True, help="preferences: JSON Lines or one array, in TRL's, OpenAI's or ShareGPT's shape")
    add("--venv", type=pathlib.Path, default=CACHE / "venv", help="the peers' virtual environment, made where there is none")
    add("--cache", type=pathlib.Path, default=CACHE, help="where files of the runs go: some GB for each")
    add("--target", type=pathlib.Path, default=BENCH, help="where RESULTS.md and its plot go")
    add("--only", type=names, default=(), help="measurements to make, comma-separated beginnings of their names")
    add("--go-on", type=existing, help="folder of an earlier run: what it has measured is kept")
    add("--jar", type=pathlib.Path, help="the service; built first where not given")
    add("--java", default=java_on_path(), help="a JDK 25's java")
    add("--jvm-flags", default=JVM_FLAGS, help="by default those of jvm.options")
    add("--service-variable", type=variable, action="append", default=[], metavar="NAME=VALUE", help="further configuration of the service")
    add("--peer-variable", type=variable, action="append", default=[], metavar="NAME=VALUE", help="for the peers' environment, the same throughout a run")
    add("--threads", type=int, default=machine.cores(), help="of the peers; the service takes the machine's cores")
    add("--rows", type=int, default=8, help="preferences to train on: the first that fit")
    add("--most-tokens", type=int, default=512, help="of a prompt with an answer")
    add("--epochs", type=int, default=3, help="the first is the warm-up")
    add("--batch", type=int, default=4, help="preferences in an optimizer step")
    add("--trl-micro-batch", type=int, default=4, help="how many of them TRL computes at once")
    add("--forward-rows", type=int, default=64, help="preferences for the loss alone")
    add("--checkpoints", type=int, default=10)
    add("--postgresql", type=PostgreSql, metavar="URL", help="an empty database, as psql takes it: checkpoints are measured on it too")
    add("--lengths", type=numbers, default=(), help="as in 512,2048,8192: texts of so many tokens, dpo4j and the loop")
    add("--sizes", type=numbers, default=(), help="as in 10,1000,10000: files of so many preferences, dpo4j alone")
    chosen = parser.parse_args()
    if chosen.epochs < 2:
        parser.error("--epochs must be at least 2: the first is the warm-up")
    if chosen.batch % chosen.trl_micro_batch:
        parser.error("--trl-micro-batch must divide --batch")
    return chosen


def existing(text):
    path = pathlib.Path(text).resolve()
    if not path.exists():
        raise argparse.ArgumentTypeError(f"{path} is not there")
    return path


def names(text):
    return tuple(text.split(","))


def variable(text):
    if "=" not in text:
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    return text


def numbers(text):
    return tuple(int(part) for part in text.split(","))


def java_on_path():
    home = os.environ.get("JAVA_HOME")
    return str(pathlib.Path(home) / "bin" / "java") if home else shutil.which("java")


def built_jar():
    subprocess.run([REPOSITORY / "mvnw", "--batch-mode", "--quiet", "-DskipTests", "package"], cwd=REPOSITORY, check=True)
    return next((REPOSITORY / "target").glob("dpo4j-*.jar"))


def measurements(settings, environment, service, postgresql):
    """Every measurement by its name, in the order in which they are made."""
    rows_file = settings.work / "rows.jsonl"
    these = rows.read(rows_file)
    many = rows.read(settings.work / "many.jsonl")
    dpo4j = functools.partial(training.dpo4j, settings, service, rows_file, these)
    loop = functools.partial(training.loop, settings, environment, rows_file, these)
    trl = functools.partial(training.trl, settings, environment, rows_file, these)
    made = {
        "dpo4j full": lambda: dpo4j(lora=False),
        "loop, reference in the loop": lambda: loop("in the loop"),
        "loop, reference cached": lambda: loop("cached"),
        "TRL full": lambda: trl(lora=False),
        "dpo4j LoRA": lambda: dpo4j(lora=True),
        "TRL LoRA": lambda: trl(lora=True),
        "cblas": lambda: training.products(settings, environment, these, "cblas.py"),
        "torch products": lambda: training.products(settings, environment, these, "torch_products.py"),
        "forward": lambda: forward.in_turns(settings, environment, service, many),
        "notebook dpo4j": lambda: forward.notebook_dpo4j(service),
        "notebook torch": lambda: forward.notebook_torch(settings, environment),
        "checkpoints": lambda: checkpoints.dpo4j(settings, service, these),
    }
    if postgresql:
        made["checkpoints PostgreSQL"] = lambda: checkpoints.dpo4j(settings, functools.partial(service, database=postgresql), these)
    for length in settings.lengths:
        made[f"length {length} dpo4j"] = functools.partial(scaling.length_dpo4j, settings, service, length)
        made[f"length {length} loop"] = functools.partial(scaling.length_loop, settings, environment, length)
    for size in settings.sizes:
        made[f"size {size}"] = functools.partial(scaling.size_dpo4j, settings, service, size)
    return made


def measure(made, results_file, only):
    """Makes those that are wanted and not there yet; each is saved at once."""
    results = json.loads(results_file.read_text()) if results_file.exists() else {}
    for name, measurement in made.items():
        if name in results or (only and not name.startswith(only)):
            continue
        began = time.perf_counter()
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        with machine.Stolen() as stolen:
            results[name] = measurement()
        results[name] |= {"stolen": stolen.share, "commit": machine.commit(REPOSITORY)}
        print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
        results_file.write_text(json.dumps(results, indent=1))
    return {name: result for measured in made if measured in results for name, result in of_sides(measured, results[measured])}


def of_sides(name, result):
    """What both sides did in turns, as if each had been measured by itself."""
    sides = [side for side in ("dpo4j", "loop") if side in result]
    if not sides:
        return [(name, result)]
    taken = {"stolen": result["stolen"], "commit": result["commit"]}
    return [(f"{name} {side}", result[side] | taken) for side in sides]


def tokenise(settings, environment):
    """Token ids by TRL's rules, once for all sides."""
    for target, count in (("rows.jsonl", settings.rows), ("many.jsonl", settings.forward_rows)):
        spec = {
            "model": str(settings.model),
            "preferences": str(settings.preferences),
            "most_tokens": settings.most_tokens,
            "rows": count,
            "target": str(settings.work / target),
        }
        told = environment.run("tokenise.py", spec)
        if told["fitting"] < count:
            sys.exit(f"Only {told['fitting']} of {told['read']} preferences fit into {settings.most_tokens} tokens, but {count} are wanted.")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the service is stopped too
    chosen = arguments()
    work = chosen.go_on or chosen.cache.resolve() / time.strftime("run-%Y%m%d-%H%M%S")
    work.mkdir(parents=True, exist_ok=True)
    print(f"files of this run: {work}", file=sys.stderr)
    settings = Settings(
        model=chosen.model,
        preferences=chosen.preferences,
        work=work,
        jar=chosen.jar or built_jar(),
        java=chosen.java,
        jvm_flags=chosen.jvm_flags,
        service_variables=tuple(chosen.service_variable),
        threads=chosen.threads,
        rows=chosen.rows,
        most_tokens=chosen.most_tokens,
        epochs=chosen.epochs,
        batch=chosen.batch,
        trl_micro_batch=chosen.trl_micro_batch,
        forward_rows=chosen.forward_rows,
        checkpoints=chosen.checkpoints,
        lengths=chosen.lengths,
        sizes=chosen.sizes,
    )
    environment = Environment.made(chosen.venv, work, settings.threads, chosen.peer_variable)
    application = laid_out(settings.java, settings.jar, work)
    service = functools.partial(
        Service, settings.java, application, settings.model.parent, work, settings.jvm_flags, settings.service_variables
    )
    tokenise(settings, environment)
    with service():
        pass  # unpacks the native libraries and leaves the archive of classes, which is not what is measured
    results = measure(measurements(settings, environment, service, chosen.postgresql), work / "results.json", chosen.only)
    conclude(results, settings, environment, chosen)


def conclude(results, settings, environment, chosen):
    """Writes the page; ends with 1 when the sides do not agree."""
    these = rows.read(settings.work / "rows.jsonl")
    verdicts = agreement.verdicts(results, settings.beta)
    chosen.target.mkdir(parents=True, exist_ok=True)
    plot = chosen.target / "results.svg"
    environment.run("plot.py", {"rates": report.rates(results), "sides": report.SIDES, "target": str(plot.resolve())})
    described = machine.described(settings.java)
    command = shlex.join(["bench/compare.py", *anonymous(sys.argv[1:])])
    text = report.page(results, described, settings, these, rows.total(these), verdicts, command, plot.name)
    (chosen.target / "RESULTS.md").write_text(text, encoding="utf-8")
    print(chosen.target / "RESULTS.md")
    apart = [verdict["what"] for verdict in verdicts if not verdict["agree"]]
    if apart:
        sys.exit(f"NOT COMPARABLE: the sides do not agree on {', '.join(apart)}; see the table of agreement.")


def anonymous(words):
    """Paths by their last part and databases without theirs: where somebody keeps files, and with which password, is nobody's business."""
    return [re.sub(r"(?:^|(?<==))(?:[/~]|postgresql://)\S*/", "", word.rstrip("/")) for word in words]


if __name__ == "__main__":
    main()

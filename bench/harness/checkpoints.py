"""A checkpoint after every step of a full fine-tune: how long training stands still, and what is left on disk."""
import shutil
import statistics

from harness import job
from harness.client import Client
from harness.rows import tokens, write
from harness.settings import SEED

KEPT = 2
FILES_OF_A_CHECKPOINT = 3  # weights and two moments
AT_ONCE = KEPT + 1  # the next one is written before the oldest goes
SPARE = 2  # checkpoints: not to fill the disk


def dpo4j(settings, service, rows):
    if affordable(settings) < AT_ONCE:
        return {"skipped": f"the disk of {settings.work} has no room for {AT_ONCE} checkpoints"}
    short = sorted(rows, key=tokens)[: settings.batch]
    with service() as running:
        client = Client(running.port)
        file = client.upload(write(short, settings.work / "short.jsonl"))
        hyperparameters = settings.of_dpo4j(1, save_steps=1, max_steps=settings.checkpoints, save_total_limit=KEPT)
        trace = job.run(client, settings.model.name, file, SEED, hyperparameters)
        metrics = client.metrics()
        written = metrics["dpo4j_checkpoints_size_bytes_count"]
        size = metrics["dpo4j_checkpoints_size_bytes_sum"] / written
        return {
            "written": written,
            "bytes": size,
            "write_seconds": metrics["dpo4j_checkpoints_write_seconds_sum"] / metrics["dpo4j_checkpoints_write_seconds_count"],
            "standstill_seconds": statistics.median(trace.standstills()),
            "longest_standstill_seconds": max(trace.standstills()),
            "database_bytes": running.database_bytes(),
            "live_bytes": KEPT * size,
            "peak_bytes": running.peak_bytes(),
        }


def affordable(settings):
    """How many checkpoints the disk can take."""
    weights = settings.model.glob("*.safetensors")
    halves = settings.config().get("dtype", settings.config().get("torch_dtype")) in ("bfloat16", "float16")
    bytes_of_weights = sum(file.stat().st_size for file in weights) * (2 if halves else 1)
    free = shutil.disk_usage(settings.work).free
    return free // (FILES_OF_A_CHECKPOINT * bytes_of_weights) - SPARE

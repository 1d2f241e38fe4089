"""A checkpoint after every third step of a full fine-tune: how long training stands still, what it is slowed by, and what is left on disk."""
import shutil
import statistics

from harness import job
from harness.client import Client
from harness.rows import write
from harness.settings import SEED

KEPT = 2
EVERY = 3  # steps: the first is computed beside the writing of a checkpoint, the last one alone; in all more than one takes to write
FILES_OF_A_CHECKPOINT = 3  # weights and two moments
AT_ONCE = KEPT + 1  # the next one is written before the oldest goes
SPARE = 2  # checkpoints: not to fill the disk


def dpo4j(settings, service, rows):
    if affordable(settings) < AT_ONCE:
        return {"skipped": f"the disk of {settings.work} has no room for {AT_ONCE} checkpoints"}
    counted = EVERY * max(settings.checkpoints, AT_ONCE)
    on_disk = []

    def weigh(step):
        if step == counted + 1:  # before its update the last counted checkpoint was awaited; a job that has ended keeps less
            on_disk.append(running.database_bytes())

    with service() as running:
        client = Client(running.port)
        file = client.upload(write(rows[: settings.batch], settings.work / "step.jsonl"))
        hyperparameters = settings.of_dpo4j(1, save_steps=EVERY, max_steps=counted + EVERY, save_total_limit=KEPT)
        trace = job.run(client, settings.model.name, file, SEED, hyperparameters, weigh)
        standstills = trace.standstills()[EVERY - 1 :: EVERY]
        metrics = client.metrics()
        written = metrics["dpo4j_checkpoints_size_bytes_count"]
        size = metrics["dpo4j_checkpoints_size_bytes_sum"] / written
        return {
            "written": written,
            "bytes": size,
            "write_seconds": metrics["dpo4j_checkpoints_write_seconds_sum"] / metrics["dpo4j_checkpoints_write_seconds_count"],
            "standstill_seconds": statistics.median(standstills),
            "longest_standstill_seconds": max(standstills),
            "slowed_seconds": slowed(trace),
            "database_bytes": on_disk[0],
            "live_bytes": KEPT * size,
            "peak_bytes": running.peak_bytes(),
        }


def slowed(trace):
    """What a step beside which a checkpoint is written takes longer than the last before the next one; the first ones, the coldest, apart."""
    seconds = [step["seconds"] for step in trace.steps[EVERY:]]
    return statistics.median(seconds[::EVERY]) - statistics.median(seconds[EVERY - 1 :: EVERY])


def affordable(settings):
    """How many checkpoints the disk can take."""
    weights = settings.model.glob("*.safetensors")
    halves = settings.config().get("dtype", settings.config().get("torch_dtype")) in ("bfloat16", "float16")
    bytes_of_weights = sum(file.stat().st_size for file in weights) * (2 if halves else 1)
    free = shutil.disk_usage(settings.work).free
    return free // (FILES_OF_A_CHECKPOINT * bytes_of_weights) - SPARE

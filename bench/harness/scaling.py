"""Does the speed hold for long texts, and for files of many preferences?"""
from harness import job
from harness.client import Client
from harness.environment import PeerKilled
from harness.rows import shifted, synthetic, total, write
from harness.settings import SEED

LONG = 4096
LENGTH_OF_A_SIZE = 256
COLD_STEPS_OF_A_SIZE = 3


def steps_of(length):
    """One a row; the first is the warm-up. With long texts a step takes minutes."""
    return 3 if length < LONG else 2


def rows_of_length(settings, length):
    rows = synthetic(steps_of(length), length, settings.vocabulary(), SEED)
    return rows, write(rows, settings.work / f"length-{length}.jsonl")


def length_dpo4j(settings, service, length):
    """Preferences of two texts of ``length`` tokens each, one a step, in a process that has trained others of that length before."""
    rows, path = rows_of_length(settings, length)
    others = write(shifted(rows, 1, settings.vocabulary()), settings.work / f"length-{length}-others.jsonl")
    with service() as running:
        client = Client(running.port)
        hyperparameters = settings.of_dpo4j(1, batch_size=1)
        job.run(client, settings.model.name, client.upload(others), SEED, hyperparameters)
        trace = job.run(client, settings.model.name, client.upload(path), SEED, hyperparameters)
        return {"rate": trace.rate(1, steps_of(length)), "losses": trace.losses(), "peak_bytes": running.peak_bytes()}


def length_loop(settings, environment, length):
    """Where the machine has not the memory for the loop, it computes activations again."""
    rows, path = rows_of_length(settings, length)
    spec = settings.of_peer(path, 1, reference="cached", batch=1)
    killed = None
    try:
        told = environment.run("torch_dpo.py", spec)
    except PeerKilled as first:
        killed = str(first)
        try:
            told = environment.run("torch_dpo.py", spec | {"recompute": True})
        except PeerKilled as second:
            return {"skipped": str(second)}
    seconds = sum(step["seconds"] for step in told["steps"][1:])
    return {
        "rate": total(rows) * (len(rows) - 1) / len(rows) / seconds,
        "losses": [step["loss"] for step in told["steps"]],
        "peak_bytes": told["peak_bytes"],
    } | ({"recomputed": killed} if killed else {})


def size_dpo4j(settings, service, size):
    """The first steps of a training on ``size`` preferences of one length: the reference is computed for these steps only."""
    rows = synthetic(size, LENGTH_OF_A_SIZE, settings.vocabulary(), SEED)
    path = write(rows, settings.work / f"size-{size}.jsonl")
    with service() as running:
        client = Client(running.port)
        hyperparameters = settings.of_dpo4j(1, max_steps=settings.steps_of_a_size)
        trace = job.run(client, settings.model.name, client.upload(path), SEED, hyperparameters)
        return {
            "rate": trace.rate(COLD_STEPS_OF_A_SIZE, settings.steps_of_a_size),
            "tokens_of_a_step": trace.tokens(COLD_STEPS_OF_A_SIZE, settings.steps_of_a_size)
            / (settings.steps_of_a_size - COLD_STEPS_OF_A_SIZE),
            "peak_bytes": running.peak_bytes(),
        }

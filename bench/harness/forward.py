"""The loss alone: 64 real preferences against the loop's forward pass, and the notebook's example against PyTorch's two passes."""
import statistics
import time

from harness.client import Client
from harness.environment import Peer
from harness.rows import shifted, total, write

PASSES = 6  # of which the first two are the warm-up
WARM_UP_PASSES = 2

NOTEBOOK_CONFIG = {
    "vocab_size": 1000,
    "hidden_size": 128,
    "intermediate_size": 11008,
    "num_hidden_layers": 1,
    "num_attention_heads": 32,
    "rms_norm_eps": 1e-06,
}
NOTEBOOK = {"prompt": [1, 2, 3, 4, 5, 6], "chosen": [7, 8, 9, 10], "rejected": [[1, 2, 0, 0], [4, 5, 6, 0]]}
NOTEBOOK_CALLS = 200
NOTEBOOK_WARM_UP = 5000  # until then the JVM goes on compiling what a call runs through, and calls become faster
TORCH_WARM_UP = 1000


def files(settings, rows):
    """A file for each pass, of the same lengths: nobody answers from what was kept."""
    vocabulary = settings.vocabulary()
    return [
        write(shifted(rows, by, vocabulary), settings.work / f"forward-{by}.jsonl") for by in range(1, PASSES + 1)
    ]


def in_turns(settings, environment, service, rows):
    """Both sides, a pass of one and a pass of the other: so what the machine is given changes for both."""
    spec = {
        "model": str(settings.model),
        "files": [str(file) for file in files(settings, rows)],
        "threads": settings.threads,
    }
    passes = []
    with service() as running, Peer(environment, "torch_forward.py", spec, in_turns=True) as peer:
        client = Client(running.port)
        for by in range(1, PASSES + 1):
            passes.append(dpo4j(settings, client, shifted(rows, by, settings.vocabulary())))
            peer.turn()
        told = peer.outcome()
        return {
            "dpo4j": outcome(passes, running.peak_bytes()),
            "loop": outcome(told["passes"], told["peak_bytes"]) | {"versions": told["versions"]},
        }


def dpo4j(settings, client, rows):
    began = time.perf_counter()
    answer = client.post("/v1/dpo/loss", {"model": settings.model.name, "preferences": rows})
    seconds = time.perf_counter() - began
    log_probs = [[one["chosen"]["logprob"], one["rejected"][0]["logprob"]] for one in answer["preferences"]]
    return {"seconds": seconds, "tokens": total(rows), "log_probs": log_probs}


def outcome(passes, peak_bytes):
    warm = passes[WARM_UP_PASSES:]
    return {
        "rate": sum(one["tokens"] for one in warm) / sum(one["seconds"] for one in warm),
        "seconds": [one["seconds"] for one in passes],
        "log_probs": warm[-1]["log_probs"],
        "peak_bytes": peak_bytes,
    }


def notebook_dpo4j(service):
    """The example, with another last token in each call."""
    seconds = []
    with service() as running:
        client = Client(running.port)
        for call in range(NOTEBOOK_WARM_UP + NOTEBOOK_CALLS):
            body = NOTEBOOK | {"chosen": [*NOTEBOOK["chosen"][:-1], call % NOTEBOOK_CONFIG["vocab_size"]]}
            began = time.perf_counter()
            client.post("/v1/dpo/loss", body)
            seconds.append(time.perf_counter() - began)
    return {"p50_seconds": statistics.median(seconds[NOTEBOOK_WARM_UP:])}


def notebook_torch(settings, environment):
    answers = [NOTEBOOK["chosen"], *NOTEBOOK["rejected"]]
    spec = {
        "config": NOTEBOOK_CONFIG,
        "seed": 0,
        "sequences": [NOTEBOOK["prompt"] + answer for answer in answers],
        "calls": NOTEBOOK_CALLS,
        "warm_up": TORCH_WARM_UP,
        "threads": settings.threads,
    }
    return environment.run("torch_notebook.py", spec)

"""Training: dpo4j and the two peers on the same rows."""
import statistics

from harness import job
from harness.client import Client
from harness.rows import shifted, tokens, total, write
from harness.settings import SEED

WARM_UP_SECONDS = 20
FIRST_EPOCHS = 3  # that a job has but one of
HELLO = {"prompt": [1, 2], "chosen": [3], "rejected": [4]}


def dpo4j(settings, service, rows_file, rows, lora):
    """One fresh process and jobs in turn: other rows of the same lengths (cold), the rows themselves (measured), again (what is kept?), and
    first epochs of yet other rows."""
    with service() as running:
        client = Client(running.port)
        client.post("/v1/dpo/loss", {"model": settings.model.name} | HELLO)
        load = client.metrics()
        others = client.upload(write(shifted(rows, 1, settings.vocabulary()), settings.work / "others.jsonl"))
        these = client.upload(rows_file)
        hyperparameters = settings.of_dpo4j(settings.epochs, lora)
        cold = job.run(client, settings.model.name, others, SEED, hyperparameters)
        measured = job.run(client, settings.model.name, these, SEED, hyperparameters)
        again = job.run(client, settings.model.name, these, SEED, hyperparameters | {"n_epochs": 1})
        epoch = steps_of_epoch(settings, rows)
        last = len(measured.steps)
        firsts = [measured]
        for by in range(2, FIRST_EPOCHS + 1):
            fresh = client.upload(write(shifted(rows, by, settings.vocabulary()), settings.work / f"others-{by}.jsonl"))
            firsts.append(job.run(client, settings.model.name, fresh, SEED, hyperparameters | {"n_epochs": 1}))
        return {
            "start_seconds": running.start_seconds,
            "load_seconds": load["dpo4j_models_load_seconds_sum"],
            "first_epoch_rate": sum(first.tokens(0, epoch) for first in firsts) / sum(first.seconds(0, epoch) for first in firsts),
            "rate": measured.rate(epoch, last),
            "step_seconds": statistics.mean(step["seconds"] for step in measured.steps[epoch:]),
            "losses": measured.losses(),
            "reference_seconds": measured.reference or 0.0,
            "reference_seconds_again": again.reference or 0.0,
            "warm_up": warm_up(cold, measured),
            "peak_bytes": running.peak_bytes(),
            "says": running.said("GFLOP/s", "OPENBLAS_CORETYPE", "scalar"),
        }


def warm_up(cold, warm):
    """Speed of a fresh process in its first seconds as a share of the warm speed, on work that is alike step by step."""
    times = [step["at"] for step in cold.steps]
    steps = next((i + 1 for i, at in enumerate(times) if at >= WARM_UP_SECONDS), len(times))
    return {"share": warm.seconds(0, steps) / cold.seconds(0, steps), "cold_seconds": cold.seconds(0, steps), "steps": steps}


def loop(settings, environment, rows_file, rows, reference):
    outcome = environment.run("torch_dpo.py", settings.of_peer(rows_file, settings.epochs, reference=reference))
    return peer(settings, outcome, rows)


def trl(settings, environment, rows_file, rows, lora):
    spec = settings.of_peer(
        rows_file,
        settings.epochs,
        lora,
        micro_batch=settings.trl_micro_batch,
        target=str(settings.work / "trl"),
        options={"lr_scheduler_type": "constant"},
    )
    return peer(settings, environment.run("trl_dpo.py", spec), rows)


def peer(settings, outcome, rows):
    epoch = steps_of_epoch(settings, rows)
    seconds = [step["seconds"] for step in outcome["steps"]]
    warm = seconds[epoch:]
    return {
        "first_epoch_rate": total(rows) / sum(seconds[:epoch]),
        "rate": total(rows) * len(warm) / epoch / sum(warm),
        "losses": [step["loss"] for step in outcome["steps"]],
        "peak_bytes": outcome["peak_bytes"],
        "versions": outcome["versions"],
    }


def steps_of_epoch(settings, rows):
    return -(-len(rows) // settings.batch)


def products(settings, environment, rows, script):
    """Seconds that a library takes for the matrix products one mean step of a full fine-tune cannot do without.

    The prompt once for both its answers; linear layers and the head, forward, the input's gradient and the weight's. Attention's own
    products are left out: so the share of the step that these are of is the stricter one.
    """
    config = settings.config()
    steps = steps_of_epoch(settings, rows)
    computed = sum(tokens(row) - len(row["prompt"]) - 2 for row in rows) // steps
    scored = sum(len(row["chosen"]) + len(row["rejected"]) for row in rows) // steps
    layers = config["num_hidden_layers"]
    shapes = [shape for inner, outer in linear_layers(config) for shape in passes(computed, inner, outer, layers)]
    shapes += passes(scored, config["hidden_size"], config["vocab_size"], 1)
    outcome = environment.run(script, {"shapes": shapes, "repeats": 5, "threads": settings.threads})
    seconds = sum(once * shape["count"] for once, shape in zip(outcome["seconds"], shapes))
    flops = sum(2 * shape["m"] * shape["n"] * shape["k"] * shape["count"] for shape in shapes)
    return {"seconds": seconds, "gflops": flops / seconds / 1e9, "versions": outcome["versions"]}


def linear_layers(config):
    """Inputs and outputs of a block's matrices, where q, k and v are one and gate and up are one."""
    hidden, inner, heads = config["hidden_size"], config["intermediate_size"], config["num_attention_heads"]
    head = config.get("head_dim") or hidden // heads
    keys = (config.get("num_key_value_heads") or heads) * head
    return [(hidden, heads * head + 2 * keys), (heads * head, hidden), (hidden, 2 * inner), (inner, hidden)]


def passes(rows, inner, outer, count):
    return [
        {"m": rows, "n": outer, "k": inner, "count": count},
        {"m": rows, "n": inner, "k": outer, "count": count},
        {"m": outer, "n": inner, "k": rows, "count": count},
    ]

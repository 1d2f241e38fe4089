"""The project's goals for its speed and memory: what is expected at least, and what is aimed at."""
import dataclasses

GIGABYTE = 1e9
CHECKPOINTS = {"checkpoints": " on H2", "checkpoints PostgreSQL": " on PostgreSQL"}


@dataclasses.dataclass(frozen=True)
class Goal:
    """``value`` of the results is None where its parts were not measured."""

    what: str
    value: object  # from the results
    bar: float
    aim: float
    unit: str = "x"
    more_is_better: bool = True

    def measured(self, results):
        try:
            return self.value(results)
        except KeyError:
            return None

    def reached(self, value):
        """"aim", "bar" or "no"."""
        for name, limit in (("aim", self.aim), ("bar", self.bar)):
            if value >= limit if self.more_is_better else value <= limit:
                return name
        return "no"


def ratio(over, under, what="rate", of_under="rate"):
    return lambda results: results[over][what] / results[under][of_under]


def less(what, value, bar, aim, unit):
    return Goal(what, value, bar, aim, unit, more_is_better=False)


def gigabytes(section):
    return lambda results: results[section]["peak_bytes"] / GIGABYTE


def milliseconds(section):
    return lambda results: results[section]["p50_seconds"] * 1e3


GOALS = [
    Goal(
        "full fine-tune, reference in the loop, against the PyTorch loop",
        ratio("dpo4j full", "loop, reference in the loop", "first_epoch_rate"),
        1.8,
        2.3,
    ),
    Goal("the same, against TRL", ratio("dpo4j full", "TRL full", "first_epoch_rate"), 5, 6.5),
    Goal(
        "full fine-tune, reference cached, against the PyTorch loop without a reference",
        ratio("dpo4j full", "loop, reference cached"),
        1.9,
        2.4,
    ),
    Goal("LoRA r=16 on all linear layers, reference cached, against TRL LoRA", ratio("dpo4j LoRA", "TRL LoRA"), 6, 9),
    less(
        "reference forwards when a job runs again on the same data",
        lambda results: results["dpo4j full"]["reference_seconds_again"],
        0,
        0,
        " s",
    ),
    Goal(
        "useful share: the step's matrix products as plain cblas calls, over the step's time",
        lambda results: 100 * results["cblas"]["seconds"] / results["dpo4j full"]["step_seconds"],
        75,
        88,
        " %",
    ),
    less("peak resident memory, full fine-tune", gigabytes("dpo4j full"), 5.5, 4.0, " GB"),
    less("peak resident memory, LoRA", gigabytes("dpo4j LoRA"), 2.5, 1.5, " GB"),
    Goal(
        "warm-up: speed of a fresh process's first 20 s against its warm speed",
        lambda results: 100 * results["dpo4j full"]["warm_up"]["share"],
        75,
        90,
        " %",
    ),
    less("`POST /v1/dpo/loss`, the notebook's example, p50 over HTTP", milliseconds("notebook dpo4j"), 5, 2, " ms"),
    Goal("`POST /v1/dpo/loss`, many preferences, against the PyTorch loop's forward pass", ratio("forward dpo4j", "forward loop"), 1.8, 2.5),
    less("start of the service to its first answer", lambda results: results["dpo4j full"]["start_seconds"], 6, 3, " s"),
    less("loading the model", lambda results: results["dpo4j full"]["load_seconds"], 5, 1.5, " s"),
]


def of_checkpoints(results):
    """Two goals for each database that they were measured on."""
    return [goal for name, on in CHECKPOINTS.items() if "bytes" in results.get(name, {}) for goal in of_checkpoints_on(name, on)]


def of_checkpoints_on(name, on):
    return [
        less(f"a checkpoint{on}: training stands still for", lambda results: results[name]["standstill_seconds"], 3, 1, " s"),
        less(
            f"database size after the checkpoints{on}, against the live data",
            lambda results: results[name]["database_bytes"] / results[name]["live_bytes"],
            3,
            2,
            "x",
        ),
    ]


def of_lengths(results):
    """One goal for each length that was measured."""
    lengths = [name.removesuffix(" dpo4j") for name in results if name.startswith("length ") and name.endswith(" dpo4j")]
    return [
        Goal(f"texts of {name.removeprefix('length ')} tokens, against the PyTorch loop", ratio(f"{name} dpo4j", f"{name} loop"), 1.8, 2.5)
        for name in lengths
    ]

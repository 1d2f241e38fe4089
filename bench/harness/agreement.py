"""Whether all sides computed the same: otherwise their speeds are of different things."""
import itertools
import math

LOSS_TOLERANCE = 1e-3


def groups(results, beta):
    """What must agree: a name, a list of numbers for each side, and the tolerance."""
    full = losses(results, "dpo4j full", "loop, reference in the loop", "loop, reference cached", "TRL full")
    lora = losses(results, "dpo4j LoRA", "TRL LoRA")
    found = [("losses of the full fine-tune", full, LOSS_TOLERANCE), ("losses of the LoRA", lora, LOSS_TOLERANCE)]
    for name in results:
        if name.startswith("length ") and name.endswith(" dpo4j"):
            length = name.removesuffix(" dpo4j")
            found.append((f"losses at {length}", losses(results, name, f"{length} loop"), LOSS_TOLERANCE))
    # A log-probability's difference moves the loss by at most beta times it.
    found.append(("log-probabilities without training", log_probs(results), LOSS_TOLERANCE / beta))
    return [(name, sides, tolerance) for name, sides, tolerance in found if len(sides) > 1]


def losses(results, *names):
    return {name: results[name]["losses"] for name in names if "losses" in results.get(name, {})}


def log_probs(results):
    names = [name for name in ("forward dpo4j", "forward loop") if name in results]
    return {name: [value for pair in results[name]["log_probs"] for value in pair] for name in names}


def largest_difference(sides):
    """Over all sides, number by number; all must have as many. Infinite where one is no number."""
    columns = list(zip(*sides.values(), strict=True))
    if not all(map(math.isfinite, itertools.chain(*columns))):
        return math.inf
    return max(max(column) - min(column) for column in columns)


def verdicts(results, beta):
    """For each group its largest difference, the tolerance, and whether it holds."""
    return [
        {"what": name, "difference": difference, "tolerance": tolerance, "agree": difference <= tolerance}
        for name, difference, tolerance in (
            (name, largest_difference(sides), tolerance) for name, sides, tolerance in groups(results, beta)
        )
    ]

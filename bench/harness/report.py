"""The results as a page: goals, speeds, memory, agreement, and how they came about."""
from harness import bars
from harness.bars import GIGABYTE

RATES = {
    "full fine-tune, reference in the loop": {
        "dpo4j": ("dpo4j full", "first_epoch_rate"),
        "PyTorch loop": ("loop, reference in the loop", "rate"),
        "TRL": ("TRL full", "rate"),
    },
    "full fine-tune, reference cached": {
        "dpo4j": ("dpo4j full", "rate"),
        "PyTorch loop": ("loop, reference cached", "rate"),
    },
    "LoRA r=16": {"dpo4j": ("dpo4j LoRA", "rate"), "TRL": ("TRL LoRA", "rate")},
    "loss alone": {"dpo4j": ("forward dpo4j", "rate"), "PyTorch loop": ("forward loop", "rate")},
}
SIDES = ("dpo4j", "PyTorch loop", "TRL")
EQUALLY_FAST = 0.8  # a share of the other's speed
DISTURBED = 0.02  # a share of the CPUs' time that shows in a figure


def rates(results):
    """Tokens a second by line and side, of what was measured."""
    table = {
        line: {side: results[section][what] for side, (section, what) in sides.items() if section in results}
        for line, sides in RATES.items()
    }
    for name in results:
        if name.startswith("length ") and "rate" in results[name]:
            length, side = name.rsplit(" ", 1)
            line = table.setdefault(f"texts of {length.removeprefix('length ')} tokens, reference cached", {})
            line["dpo4j" if side == "dpo4j" else "PyTorch loop"] = results[name]["rate"]
    return {line: sides for line, sides in table.items() if sides}


def page(results, machine, settings, rows, tokens, verdicts, command, plot):
    parts = [
        "# Results",
        head(results, machine, settings, rows, tokens, command),
        f"![Tokens a second]({plot})",
        "## Goals",
        goals(results),
        "## Tokens a second",
        rate_table(results),
        "## Peak resident memory",
        memory_table(results),
        "## Agreement",
        agreement_table(verdicts),
        "## Further figures",
        further(results, machine),
    ]
    return "\n\n".join(parts) + "\n"


def head(results, machine, settings, rows, tokens, command):
    versions = {}
    for result in results.values():
        versions |= result.get("versions", {})
    peers = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    says = "; ".join(results.get("dpo4j full", {}).get("says", []))
    lines = [
        f"Measured on {machine['date']} by `{command}`.",
        "",
        f"- {machine['cpu']}, {machine['cores']} cores, {machine['memory_bytes'] / GIGABYTE:.0f} GB, {machine['system']}",
        f"- dpo4j at {commits(results)} on Java {machine['java']}" + (f". {says}" if says else ""),
        f"- {peers}, Python {machine['python']}" if peers else f"- Python {machine['python']}",
        f"- {len(rows)} preferences of at most {settings.most_tokens} tokens, {tokens} tokens an epoch (the prompt counted with each answer),"
        f" {settings.batch} preferences a step, {settings.epochs} epochs; TRL computes {settings.trl_micro_batch} at once.",
        "",
        "How the figures are taken stands in [README.md](README.md).",
    ]
    return "\n".join(lines)


def commits(results):
    """One; or, of a run that was gone on with, that of the most measurements and what others were made at."""
    of = {name: result["commit"] for name, result in results.items()}
    most = max(set(of.values()), key=list(of.values()).count)
    others = [f"`{name}` at {commit}" for name, commit in of.items() if commit != most]
    return most + (f" ({', '.join(others)})" if others else "")


def goals(results):
    lines = [row("what", "measured", "bar", "aim", "reached"), row("---", "---", "---", "---", "---")]
    for goal in bars.GOALS + bars.of_checkpoints(results) + bars.of_lengths(results):
        value = goal.measured(results)
        if value is not None:
            limits = [f"{limit:g}{goal.unit}" for limit in (goal.bar, goal.aim)]
            lines.append(row(goal.what, f"{value:.2f}{goal.unit}", *limits, goal.reached(value)))
    return "\n".join(lines)


def rate_table(results):
    lines = [row("", *SIDES), row("---", *("---" for _ in SIDES))]
    for line, sides in rates(results).items():
        lines.append(row(line, *(f"{sides[side]:.0f}" if side in sides else "" for side in SIDES)))
    return "\n".join(lines)


def memory_table(results):
    lines = [row("process", "GB"), row("---", "---")]
    lines += [row(name, f"{result['peak_bytes'] / GIGABYTE:.2f}") for name, result in results.items() if "peak_bytes" in result]
    return "\n".join(lines)


def agreement_table(verdicts):
    lines = [row("what", "largest difference", "tolerance", ""), row("---", "---", "---", "---")]
    lines += [
        row(one["what"], f"{one['difference']:.1e}", f"{one['tolerance']:g}", "agree" if one["agree"] else "**do not agree**")
        for one in verdicts
    ]
    return "\n".join(lines)


def further(results, machine):
    """What has no bar, or explains one."""
    lines = []
    if "dpo4j full" in results:
        full = results["dpo4j full"]
        lines.append(
            f"- Warm-up: the first {full['warm_up']['steps']} steps with their reference took {full['warm_up']['cold_seconds']:.1f} s"
            f" in the fresh process, {full['warm_up']['share'] * full['warm_up']['cold_seconds']:.1f} s in the warm one."
        )
        lines.append(
            f"- Reference pass: {full['reference_seconds']:.1f} s in the first epoch, {full['reference_seconds_again']:.1f} s when the"
            " job ran again on the same data."
        )
    if "cblas" in results:
        lines.append(f"- Plain cblas calls of one step's shapes: {results['cblas']['gflops']:.0f} GFLOP/s on {machine['cores']} cores.")
    if "torch products" in results:
        lines.append(f"- One step's shapes in PyTorch: {results['torch products']['gflops']:.0f} GFLOP/s.{slow_library(results)}")
    if "notebook torch" in results:
        lines.append(f"- PyTorch's two forward passes of the notebook's example: {results['notebook torch']['p50_seconds'] * 1e3:.2f} ms.")
    for name, on in bars.CHECKPOINTS.items():
        checkpoints = results.get(name, {})
        if "skipped" in checkpoints:
            lines.append(f"- Checkpoints{on} were not measured: {checkpoints['skipped']}.")
        elif checkpoints:
            lines.append(
                f"- Checkpoints{on}: {checkpoints['written']:.0f} of {checkpoints['bytes'] / GIGABYTE:.2f} GB, written in {checkpoints['write_seconds']:.2f} s each;"
                f" training stood still for {checkpoints['standstill_seconds']:.2f} s (median) and {checkpoints['longest_standstill_seconds']:.2f} s"
                f" (longest), and the step beside the writing took {checkpoints['slowed_seconds']:.2f} s longer; the database then took {checkpoints['database_bytes'] / GIGABYTE:.1f} GB."
            )
    for name, result in results.items():
        if name.startswith("length ") and "skipped" in result:
            lines.append(f"- The PyTorch loop on texts of {name.split()[1]} tokens: {result['skipped']}, the machine having no memory left for it.")
        if "recomputed" in result:
            lines.append(f"- The PyTorch loop on texts of {name.split()[1]} tokens had to compute activations again (gradient checkpointing): without, {result['recomputed']}.")
    sizes = {name.removeprefix("size "): result for name, result in results.items() if name.startswith("size ")}
    for size, result in sizes.items():
        lines.append(f"- {size} preferences in the file: {result['rate']:.0f} tokens/s, {result['peak_bytes'] / GIGABYTE:.2f} GB.")
    disturbed = [f"{result['stolen']:.0%} in `{name}`" for name, result in results.items() if result.get("stolen", 0) >= DISTURBED]
    if disturbed:
        lines.append(f"- The host gave the CPUs' time to others: {', '.join(disturbed)}. These figures are too low.")
    return "\n".join(lines) or "None were taken."


def slow_library(results):
    """What has to be said where PyTorch's library does not make of this CPU what another does; nothing where either was disturbed."""
    both = [results.get(name, {}) for name in ("torch products", "cblas")]
    if not all(both) or any(one["stolen"] >= DISTURBED for one in both):
        return ""
    torch, cblas = (one["gflops"] for one in both)
    if torch > EQUALLY_FAST * cblas:
        return ""
    return " Its library does not make of this CPU what it could: part of every ratio to PyTorch and TRL is that."


def row(*cells):
    return f"| {' | '.join(cells)} |"

"""Bars of tokens a second, in groups.

Spec: rates (name of a group: {side: tokens a second}), sides, target (an SVG file).
"""
import matplotlib

import outcome

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "dpo4j", "font.size": 9})
from matplotlib import pyplot  # noqa: E402  (after its backend is chosen)

COLOURS = ("#2a6f97", "#e09f3e", "#9e2a2b")


def main():
    spec = outcome.spec()
    bars = [(group, side, rate) for group, sides in spec["rates"].items() for side, rate in sides.items()]
    places, place, last = [], 0.0, None
    for group, _, _ in bars:
        place += 1 if group == last else 1.6
        places.append(place)
        last = group
    figure, axes = pyplot.subplots(figsize=(8, 0.6 + 0.28 * place))
    colours = [COLOURS[spec["sides"].index(side)] for _, side, _ in bars]
    drawn = axes.barh(places, [rate for _, _, rate in bars], color=colours)
    axes.bar_label(drawn, [f"{rate:.0f}" for _, _, rate in bars], padding=3)
    axes.set_yticks(places, [f"{group}: {side}" for group, side, _ in bars])
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("tokens a second")
    figure.tight_layout()
    figure.savefig(spec["target"], metadata={"Date": None})
    outcome.write({}, "matplotlib")


main()

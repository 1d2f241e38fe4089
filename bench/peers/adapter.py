"""An adapter with the very first weights that dpo4j gives its own, so that the losses can be compared step by step."""
import math
import re

import torch
from peft import LoraConfig

ORDER = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
NAME = re.compile(r"layers\.(\d+)\..*\.(\w+)\.lora_A\.")


def config(lora):
    return LoraConfig(
        r=lora["r"], lora_alpha=lora["lora_alpha"], lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
    )


@torch.no_grad()
def initialise(model, seed):
    """A uniform in ±1/√in, drawn layer by layer, projection by projection; B is zero already."""
    generator = torch.Generator().manual_seed(seed)
    for _, weight in sorted(a_matrices(model)):
        bound = 1 / math.sqrt(weight.shape[1])
        weight.uniform_(-bound, bound, generator=generator)


def a_matrices(model):
    for name, weight in model.named_parameters():
        place = NAME.search(name)
        if place:
            yield (int(place[1]), ORDER.index(place[2])), weight

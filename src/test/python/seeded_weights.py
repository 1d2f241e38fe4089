"""Writes src/test/resources/goldens/seeded-weights.json: weights that PyTorch and transformers draw for a seed.

Needs torch and transformers; written with torch 2.15 and transformers 5.23.
"""

import json
import pathlib

import torch
from transformers import LlamaConfig, LlamaForCausalLM

CONFIGS = [
    {
        "seed": 0,
        "config": {
            "vocab_size": 1000,
            "hidden_size": 128,
            "intermediate_size": 11008,
            "num_hidden_layers": 1,
            "num_attention_heads": 32,
            "rms_norm_eps": 1e-6,
        },
    },
    {
        "seed": 1,
        "config": {
            "vocab_size": 1000,
            "hidden_size": 64,
            "intermediate_size": 160,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "rms_norm_eps": 1e-6,
            "tie_word_embeddings": False,
        },
    },
    {
        "seed": 7,
        "config": {
            "vocab_size": 48,
            "hidden_size": 32,
            "intermediate_size": 80,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "head_dim": 6,
            "tie_word_embeddings": True,
            "initializer_range": 0.05,
        },
    },
]


def golden(case):
    torch.manual_seed(case["seed"])
    model = LlamaForCausalLM(LlamaConfig(**case["config"]))
    weights = {}
    for name, parameter in model.named_parameters():
        values = parameter.detach().reshape(-1)
        doubles = values.double()
        weights[name] = {
            "shape": list(parameter.shape),
            "first": values[:8].tolist(),
            "middle": values[len(values) // 2 : len(values) // 2 + 8].tolist(),
            "last": values[-8:].tolist(),
            "sum": doubles.sum().item(),
            "sum_of_squares": (doubles * doubles).sum().item(),
        }
    return {**case, "weights": weights}


target = pathlib.Path(__file__).parent.parent / "resources" / "goldens" / "seeded-weights.json"
target.write_text(json.dumps([golden(case) for case in CONFIGS], indent=1) + "\n")

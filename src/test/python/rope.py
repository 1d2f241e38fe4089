"""Writes src/test/resources/goldens/rope.json: inverse frequencies, cosines and sines as transformers computes them.

Needs torch and transformers; written with torch 2.15 and transformers 5.23.
"""

import json
import pathlib

import torch
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

SHAPE = {"hidden_size": 512, "num_attention_heads": 8, "max_position_embeddings": 16384}
CONFIGS = [
    {**SHAPE, "rope_theta": 100000},
    {**SHAPE, "rope_theta": 10000.0, "rope_scaling": {"type": "linear", "factor": 2.5}},
    {
        **SHAPE,
        "rope_parameters": {
            "rope_type": "llama3",
            "rope_theta": 500000.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192,
        },
    },
    {"hidden_size": 128, "num_attention_heads": 32, "max_position_embeddings": 2048},
]
POSITIONS = [0, 1, 2, 77, 1023, 2047]


def golden(config):
    rotary = LlamaRotaryEmbedding(LlamaConfig(**json.loads(json.dumps(config))))
    positions = torch.tensor([POSITIONS])
    cos, sin = rotary(torch.zeros(1), positions)
    half = cos.shape[-1] // 2
    return {
        "config": config,
        "inverse_frequencies": rotary.inv_freq.tolist(),
        "positions": POSITIONS,
        "cos": cos[0, :, :half].tolist(),
        "sin": sin[0, :, :half].tolist(),
    }


target = pathlib.Path(__file__).parent.parent / "resources" / "goldens" / "rope.json"
target.write_text(json.dumps([golden(config) for config in CONFIGS], indent=1) + "\n")

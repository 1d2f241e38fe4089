"""The hand-written loop's forward pass: a sequence at a time, so without padding, and logits for the answer's tokens only."""
import torch
from torch.nn.functional import cross_entropy
from transformers import AutoModelForCausalLM


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa")


def log_prob(model, prompt, answer):
    """The sum of the log-probabilities of the answer's tokens after the prompt."""
    sequence = torch.tensor([prompt + answer[:-1]])
    hidden = model.model(sequence, use_cache=False).last_hidden_state[0, len(prompt) - 1 :]
    losses = cross_entropy(model.lm_head(hidden), torch.tensor(answer), reduction="none")
    return -losses.double().sum()  # of thousands of tokens, float32 would round a sum to more than a loss may differ by


@torch.inference_mode()
def log_probs(model, row):
    """Of the chosen and the rejected answer, without a gradient."""
    return [log_prob(model, row["prompt"], row[name]).item() for name in ("chosen", "rejected")]

"""The two forward passes, policy and reference, of the notebook's tiny model over its three texts; nothing else of a DPO loss.

Spec: config (of transformers' LlamaConfig), seed, sequences (token ids, all of one length), calls, warm_up, threads.
"""
import statistics
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

import outcome


@torch.inference_mode()
def main():
    spec = outcome.spec()
    torch.set_num_threads(spec["threads"])
    config = LlamaConfig(**spec["config"])
    torch.manual_seed(spec["seed"])
    policy = LlamaForCausalLM(config).eval()
    torch.manual_seed(spec["seed"])
    reference = LlamaForCausalLM(config).eval()
    batch = torch.tensor(spec["sequences"])
    seconds = []
    for _ in range(spec["warm_up"] + spec["calls"]):
        began = time.perf_counter()
        policy(batch, use_cache=False)
        reference(batch, use_cache=False)
        seconds.append(time.perf_counter() - began)
    outcome.write({"p50_seconds": statistics.median(seconds[spec["warm_up"] :])}, "torch", "transformers")


main()

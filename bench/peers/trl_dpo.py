"""TRL's DPOTrainer, all weights or LoRA, with its reference in the loop.

Spec: model, rows, epochs, batch, micro_batch, learning_rate, beta, max_grad_norm, seed, threads, lora or null, target (a folder), options
(further ones of DPOConfig).
"""
import time

import torch
from datasets import Dataset
from transformers import AutoTokenizer, TrainerCallback
from trl import DPOConfig, DPOTrainer

import adapter
import outcome


class TokenIdsTrainer(DPOTrainer):
    """Takes rows of token ids as they are."""

    def _prepare_dataset(self, dataset, *_):
        return dataset


class Times(TrainerCallback):
    """Seconds, loss and metrics of every optimizer step; from one step's end to the next's, so that nothing is left out."""

    def __init__(self):
        self.steps = []
        self.began = None

    def on_train_begin(self, args, state, control, **kwargs):
        self.began = time.perf_counter()

    def on_step_end(self, args, state, control, **kwargs):
        now = time.perf_counter()
        self.steps.append({"seconds": now - self.began})
        self.began = now

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "loss" in logs:
            self.steps[state.global_step - 1] |= {"loss": float(logs["loss"]), "metrics": logs}


def main():
    spec = outcome.spec()
    torch.set_num_threads(spec["threads"])
    rows = outcome.token_rows(spec["rows"])
    data = Dataset.from_list([{name + "_ids": ids for name, ids in row.items()} for row in rows])
    lora = spec["lora"]
    config = DPOConfig(
        output_dir=spec["target"],
        num_train_epochs=spec["epochs"],
        per_device_train_batch_size=spec["micro_batch"],
        gradient_accumulation_steps=spec["batch"] // spec["micro_batch"],
        learning_rate=spec["learning_rate"],
        max_grad_norm=spec["max_grad_norm"],
        beta=spec["beta"],
        seed=spec["seed"],
        max_length=None,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,  # slower, and the memory is there
        model_init_kwargs={"dtype": "float32", "attn_implementation": "sdpa"},
        **spec["options"],
    )
    times = Times()
    trainer = TokenIdsTrainer(
        model=spec["model"],
        args=config,
        train_dataset=data,
        processing_class=AutoTokenizer.from_pretrained(spec["model"]),
        peft_config=adapter.config(lora) if lora else None,
        callbacks=[times],
    )
    if lora:
        adapter.initialise(trainer.model, spec["seed"])
    trainer.train()
    outcome.write({"steps": times.steps}, "torch", "transformers", "trl", "peft")


main()

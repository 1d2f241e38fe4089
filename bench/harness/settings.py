"""What all sides are told alike."""
import dataclasses
import json
import pathlib

SEED = 42
LORA = {"r": 16, "lora_alpha": 32}


@dataclasses.dataclass(frozen=True)
class Settings:
    model: pathlib.Path
    preferences: pathlib.Path
    work: pathlib.Path  # files of this run
    jar: pathlib.Path
    java: str
    jvm_flags: str
    service_variables: tuple
    threads: int
    rows: int = 8
    most_tokens: int = 512
    epochs: int = 3
    batch: int = 4
    trl_micro_batch: int = 4
    forward_rows: int = 64
    checkpoints: int = 10
    lengths: tuple = ()
    sizes: tuple = ()
    steps_of_a_size: int = 10
    beta: float = 0.1
    max_grad_norm: float = 1.0
    learning_rate: float = 1e-5
    lora_learning_rate: float = 1e-4

    def shared(self, lora):
        """The hyperparameters that have the same name everywhere."""
        return {
            "beta": self.beta,
            "learning_rate": self.lora_learning_rate if lora else self.learning_rate,
            "max_grad_norm": self.max_grad_norm,
        }

    def of_dpo4j(self, epochs, lora=False, **more):
        """A dpo4j job's hyperparameters: no checkpoint but the last, unless ``more`` says otherwise."""
        adapter = {"lora": LORA | {"target_modules": "all-linear"}} if lora else {}
        return self.shared(lora) | adapter | {
            "n_epochs": epochs,
            "batch_size": self.batch,
            "lr_scheduler_type": "constant",
            "max_length": None,
            "save_steps": 1_000_000,
        } | more

    def of_peer(self, rows, epochs, lora=False, **more):
        """A peer's specification."""
        return self.shared(lora) | {
            "model": str(self.model),
            "rows": str(rows),
            "epochs": epochs,
            "batch": self.batch,
            "seed": SEED,
            "threads": self.threads,
            "lora": LORA if lora else None,
        } | more

    def vocabulary(self):
        return self.config()["vocab_size"]

    def config(self):
        return json.loads((self.model / "config.json").read_text())

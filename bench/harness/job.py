"""One training job, run to its end and timed by what it says."""
import dataclasses
import re

from harness.client import Refused

START = "Training started"
REFERENCE = re.compile(r"Reference log-probabilities: (\d+) of \d+ preferences, (\d+) from the cache")


@dataclasses.dataclass(frozen=True)
class Trace:
    """When things happened, in seconds since the training began: after the job's checks and the model's loading."""

    reference: float | None  # the last of the reference's log-probabilities; None: none were computed
    steps: list  # of each step: at, loss, tokens (so far), seconds (its own, without what lies between steps), metrics (all it told)

    def seconds(self, first, last):
        """From the end of step ``first`` (0: from the training's beginning) to the end of step ``last``, all included."""
        return self._at(last) - self._at(first)

    def tokens(self, first, last):
        return self._tokens(last) - self._tokens(first)

    def rate(self, first, last):
        """Tokens a second, of the clock on the wall."""
        return self.tokens(first, last) / self.seconds(first, last)

    def losses(self):
        return [step["loss"] for step in self.steps]

    def standstills(self):
        """Between a step's end and the next one's, what is not that step's own time, in seconds: waiting for a checkpoint, above all."""
        return [
            max(0.0, after["at"] - before["at"] - after["seconds"]) for before, after in zip(self.steps, self.steps[1:])
        ]

    def _at(self, step):
        return self.steps[step - 1]["at"] if step else 0.0

    def _tokens(self, step):
        return self.steps[step - 1]["tokens"] if step else 0


def run(client, model, file, seed, hyperparameters, after_step=lambda step: None):
    """Creates a job on an uploaded file and follows it, calling ``after_step`` with the number of each step done; raises Refused when it does not succeed."""
    job = client.post(
        "/v1/fine_tuning/jobs",
        {
            "model": model,
            "training_file": file,
            "seed": seed,
            "method": {"type": "dpo", "dpo": {"hyperparameters": hyperparameters}},
        },
    )["id"]
    began = reference = None
    steps = []
    for at, event in client.events(job):
        if event["message"].startswith(START):
            began = at
        elif counts := REFERENCE.match(event["message"]):
            done, cached = map(int, counts.groups())
            reference = at - began if cached < done else None
        elif event["type"] == "metrics":
            steps.append(step(at - began, event["data"], steps))
            after_step(len(steps))
    ended = client.get(f"/v1/fine_tuning/jobs/{job}")
    if ended["status"] != "succeeded":
        raise Refused(f"The job {job} {ended['status']}: {ended['error']}")
    return Trace(reference, steps)


def step(at, data, before):
    tokens = data["num_tokens"] - (before[-1]["tokens"] if before else 0)
    return {
        "at": at,
        "loss": data["loss"],
        "tokens": data["num_tokens"],
        "seconds": tokens / data["tokens_per_second"],
        "metrics": data,
    }

#!/usr/bin/env python3
"""Walks through the service with OpenAI's own Python client: files, jobs, models, completions, and what goes wrong.

usage: openai_client.py URL [CHAT_MODEL]
       openai_client.py http://127.0.0.1:8080 smollm2
needs: pip install openai==3.54.0

Run by hand against a running service. Jobs train the built-in model `notebook`; chat needs a model with a tokenizer.
What it made is deleted again, but for the jobs, which cannot be. It ends at the first thing that is not as it should be.
"""
import json
import sys
import time

import openai
from openai import OpenAI

ROWS = [
    {"prompt": [1, 2, 3, 4, 5, 6], "chosen": [7, 8, 9, 10], "rejected": [[1, 2, 0, 0], [4, 5, 6, 0]]},
    {"prompt": [10, 20, 30], "chosen": [40, 50], "rejected": [60, 70, 80]},
]
JSONL = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


def fails(error, code, function, *args, **kwargs):
    """Calls the function, which must raise just this error with this code and say why."""
    try:
        function(*args, **kwargs)
    except openai.APIStatusError as e:
        assert type(e) is error, f"{type(e).__name__}: {e}"
        assert e.code == code, f"code {e.code!r}: {e}"
        assert e.type and e.request_id and e.body["message"], e.body
        print(f"  {type(e).__name__} {e.status_code} {e.code}, param {e.param}: {e.body['message']}")
        return e
    raise AssertionError(f"{function.__qualname__} should raise {error.__name__}")


def method(**hyperparameters):
    return {"type": "dpo", "dpo": {"hyperparameters": hyperparameters}}


def wait(client, job, *statuses):
    deadline = time.monotonic() + 300
    while job.status not in statuses:
        assert job.status not in ("succeeded", "failed", "cancelled"), f"{job.status}: {job.error}"
        assert time.monotonic() < deadline, f"still {job.status}, wanted {statuses}"
        time.sleep(0.2)
        job = client.fine_tuning.jobs.retrieve(job.id)
    return job


def files(client):
    print("files")
    file = client.files.create(file=("preferences.jsonl", JSONL), purpose="fine-tune")
    assert (file.object, file.purpose, file.bytes) == ("file", "fine-tune", len(JSONL)), file
    file = client.files.wait_for_processing(file.id, max_wait_seconds=60)
    assert file.status == "processed", file
    assert client.files.retrieve(file.id) == file
    assert client.files.content(file.id).content == JSONL
    other = client.files.create(file=("other.jsonl", JSONL), purpose="fine-tune")
    newest_first = [f.id for f in client.files.list(limit=1, purpose="fine-tune")]
    assert newest_first[:2] == [other.id, file.id] and len(set(newest_first)) == len(newest_first), newest_first
    deleted = client.files.delete(other.id)
    assert deleted.deleted and deleted.id == other.id, deleted
    fails(openai.NotFoundError, "file_not_found", client.files.retrieve, other.id)

    bad = client.files.create(file=("bad.jsonl", JSONL + b'{"prompt": [1], "chosen": []}\n'), purpose="fine-tune")
    assert bad.status == "error" and "3" in bad.status_details, bad
    print(f"  a bad line: {bad.status_details}")
    fails(openai.BadRequestError, "invalid_file", client.fine_tuning.jobs.create, model="notebook", training_file=bad.id, method=method())
    client.files.delete(bad.id)
    fails(openai.BadRequestError, "invalid_value", client.files.create, file=("a.jsonl", JSONL), purpose="vision")
    return file


def trained(client, file):
    print("a job, from its creation to its model's end")
    jobs = client.fine_tuning.jobs
    job = jobs.create(
        model="notebook",
        training_file=file.id,
        validation_file=file.id,
        suffix="client",
        seed=7,
        metadata={"made-by": "openai_client.py"},
        method=method(beta=0.1, batch_size="auto", n_epochs=3, learning_rate_multiplier="auto", save_steps=1, save_total_limit=3),
    )
    assert (job.object, job.model, job.seed, job.training_file) == ("fine_tuning.job", "notebook", 7, file.id), job
    assert job.method.type == "dpo" and job.method.dpo.hyperparameters.beta == 0.1, job.method
    assert job.method.dpo.hyperparameters.save_total_limit == 3, job.method
    job = wait(client, job, "succeeded")
    assert job.error is None and job.finished_at >= job.created_at and job.trained_tokens > 0, job
    assert job.fine_tuned_model.startswith("ft:notebook:client:"), job
    mine = [j.id for j in jobs.list(limit=1, metadata={"made-by": "openai_client.py"})]
    assert mine[0] == job.id and len(set(mine)) == len(mine), mine

    events = list(jobs.list_events(job.id, limit=2))
    assert len({event.id for event in events}) == len(events), events
    steps = [event.data for event in events if event.type == "metrics" and "train_loss" in event.data]
    assert [data["step"] for data in steps] == [3, 2, 1], steps
    for data in reversed(steps):
        print(f"  step {data['step']}: train_loss {data['train_loss']:.6f}, margin {data['rewards/margins']:.6f}, grad_norm {data['grad_norm']:.4f}")
    checkpoints = list(jobs.checkpoints.list(job.id, limit=1))
    assert [c.step_number for c in checkpoints] == [3, 2, 1], checkpoints
    assert checkpoints[0].fine_tuning_job_id == job.id and checkpoints[0].metrics.train_loss is not None, checkpoints[0]
    assert checkpoints[0].fine_tuned_model_checkpoint.endswith(":ckpt-step-3"), checkpoints[0]
    fails(openai.ConflictError, "wrong_job_state", jobs.cancel, job.id)

    model = client.models.retrieve(job.fine_tuned_model)
    assert (model.id, model.object) == (job.fine_tuned_model, "model") and model.weights_sha256, model
    assert model.id in [m.id for m in client.models.list()]
    completion = client.completions.create(model=model.id, prompt=[1, 2, 3], max_tokens=4, temperature=0)
    assert completion.object == "text_completion" and completion.usage.completion_tokens == 4, completion
    deleted = client.models.delete(model.id)
    assert deleted.deleted and deleted.id == model.id, deleted
    fails(openai.NotFoundError, "model_not_found", client.models.retrieve, model.id)


def paused_resumed_and_cancelled(client, file):
    print("pause, resume, cancel")
    jobs = client.fine_tuning.jobs
    job = jobs.create(model="notebook", training_file=file.id, method=method(max_steps=5000, n_epochs=1))
    wait(client, job, "running")
    assert jobs.pause(job.id).status == "paused"
    assert jobs.retrieve(job.id).status == "paused"
    assert jobs.resume(job.id).status in ("queued", "running")
    wait(client, job, "running")
    assert jobs.cancel(job.id).status == "cancelled"
    job = jobs.retrieve(job.id)
    assert job.status == "cancelled" and job.fine_tuned_model is None, job
    fails(openai.ConflictError, "wrong_job_state", jobs.resume, job.id)
    print(f"  {job.status}; its newest event: {jobs.list_events(job.id, limit=1).data[0].message}")


def what_goes_wrong(client, file):
    print("what goes wrong")
    create = client.fine_tuning.jobs.create
    error = fails(openai.BadRequestError, "invalid_value", create, model="notebook", training_file=file.id, method=method(beta=300))
    assert error.param == "method.dpo.hyperparameters.beta", error.param
    fails(openai.BadRequestError, "unknown_field", create, model="notebook", training_file=file.id, method=method(loss_typ="ipo"))
    fails(openai.NotFoundError, "file_not_found", create, model="notebook", training_file="file-none", method=method())
    fails(openai.NotFoundError, "model_not_found", create, model="none", training_file=file.id, method=method())
    fails(openai.NotFoundError, "job_not_found", client.fine_tuning.jobs.retrieve, "ftjob-none")
    fails(openai.NotFoundError, "model_not_found", client.models.retrieve, "none/of this name")
    fails(openai.NotFoundError, "model_not_found", client.completions.create, model="none", prompt="a")


def chat(client, model):
    print("chat")
    messages = [{"role": "user", "content": "What is the capital of France?"}]
    answer = client.chat.completions.create(model=model, messages=messages, max_completion_tokens=24, temperature=0)
    assert answer.object == "chat.completion" and answer.model == model, answer
    assert answer.choices[0].message.role == "assistant" and "Paris" in answer.choices[0].message.content, answer
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens, answer.usage
    print(f"  {answer.choices[0].message.content!r}, {answer.choices[0].finish_reason}, {answer.usage.completion_tokens} tokens")
    drawn = [
        client.chat.completions.create(model=model, messages=messages, max_tokens=8, temperature=1, top_p=0.9, seed=5).choices[0]
        for _ in range(2)
    ]
    assert drawn[0] == drawn[1], drawn
    text = client.completions.create(model=model, prompt="The capital of France is", max_tokens=8, temperature=0, stop="\n")
    assert text.choices[0].text and text.choices[0].index == 0, text
    print(f"  {text.choices[0].text!r}, {text.choices[0].finish_reason}")
    fails(openai.BadRequestError, "invalid_value", client.chat.completions.create, model=model, messages=messages, temperature=3)


def main(url, chat_model=None):
    client = OpenAI(base_url=f"{url}/v1", api_key="not-needed")
    print(f"openai {openai.__version__}")
    file = files(client)
    trained(client, file)
    paused_resumed_and_cancelled(client, file)
    what_goes_wrong(client, file)
    if chat_model:
        chat(client, chat_model)
    assert client.files.delete(file.id).deleted
    print("ok")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1].rstrip("/"), *sys.argv[2:])

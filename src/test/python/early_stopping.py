"""Prints the cases of EvaluationsTest: what transformers' own Trainer and EarlyStoppingCallback make of metrics.

    python early_stopping.py    # transformers 5.23

Of each case: greater_is_better, early_stopping_patience, early_stopping_threshold, the metric at each evaluation; then the patience's count
after each, the best evaluation (from 1) and its metric, and after which evaluation training stops (-: not at all).
"""

from types import SimpleNamespace

from transformers import EarlyStoppingCallback, Trainer
from transformers.trainer_callback import TrainerControl, TrainerState

CASES = [
    (False, 2, 0.0, [0.69, 0.5, 0.6, 0.55, 0.4]),
    (False, 3, 0.0, [0.69, 0.5, 0.6, 0.55, 0.4, 0.41, 0.42, 0.43]),
    (False, 1, 0.0, [0.69, 0.69]),
    (False, 1, 0.0, [0.5, 0.4, 0.3, 0.2]),
    (False, 2, 0.1, [0.8, 0.75, 0.7, 0.4]),
    (False, 2, 0.1, [0.8, 0.65, 0.6, 0.45, 0.44, 0.43]),
    (False, 2, 0.25, [1.0, 0.75, 0.25, 0.5]),
    (False, 3, 0.1, [0.8, 0.75, 0.7, 0.62, 0.5]),
    (True, 2, 0.0, [0.5, 0.75, 0.75, 0.5, 1.0]),
    (True, 2, 0.0, [0.5, 0.75, 0.75, 1.0, 1.0, 1.0]),
    (True, 1, 0.125, [0.5, 0.625, 1.0]),
    (True, 2, 0.0, [-3.0, -2.5, -2.0, -2.25, -2.5]),
]


def evaluate(greater, patience, threshold, metrics):
    args = SimpleNamespace(
        metric_for_best_model="m", greater_is_better=greater, save_strategy="steps", load_best_model_at_end=True
    )
    state, control = TrainerState(), TrainerControl()
    callback = EarlyStoppingCallback(patience, threshold)
    trainer = SimpleNamespace(args=args, state=state)
    counts, stopped = [], "-"
    for evaluation, metric in enumerate(metrics, 1):
        state.global_step = evaluation
        # As Trainer does it: evaluate() tells the callbacks, then the best is determined.
        callback.on_evaluate(args, state, control, {"eval_m": metric})
        Trainer._determine_best_metric(trainer, {"eval_m": metric}, None)
        counts.append(callback.early_stopping_patience_counter)
        if control.should_training_stop:
            stopped = evaluation
            break
    return counts, state.best_global_step, state.best_metric, stopped


for greater, patience, threshold, metrics in CASES:
    counts, best, metric, stopped = evaluate(greater, patience, threshold, metrics)
    columns = [str(greater).lower(), patience, threshold, metrics, counts, best, metric, stopped]
    print(" | ".join(" ".join(map(str, c)) if isinstance(c, list) else str(c) for c in columns))

"""Times the matrix products of PyTorch, whichever library it has for them.

Spec: shapes, a list of {m, n, k, count}; repeats; threads.
"""
import torch

import outcome
import timing


def seconds(shape, repeats):
    random = torch.Generator().manual_seed(0)
    a = torch.randn(shape["m"], shape["k"], generator=random)
    b = torch.randn(shape["k"], shape["n"], generator=random)
    c = torch.empty(shape["m"], shape["n"])
    return timing.median_seconds(lambda: torch.matmul(a, b, out=c), repeats)


def main():
    spec = outcome.spec()
    torch.set_num_threads(spec["threads"])
    outcome.write({"seconds": [seconds(shape, spec["repeats"]) for shape in spec["shapes"]]}, "torch")


main()

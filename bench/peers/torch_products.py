"""Times the matrix products of PyTorch, whichever library it has for them.

Spec: shapes, a list of {m, n, k, count}; repeats; threads.
"""
import statistics
import time

import torch

import outcome


def seconds(shape, repeats):
    random = torch.Generator().manual_seed(0)
    a = torch.randn(shape["m"], shape["k"], generator=random)
    b = torch.randn(shape["k"], shape["n"], generator=random)
    c = torch.empty(shape["m"], shape["n"])
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        torch.matmul(a, b, out=c)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main():
    spec = outcome.spec()
    torch.set_num_threads(spec["threads"])
    outcome.write({"seconds": [seconds(shape, spec["repeats"]) for shape in spec["shapes"]]}, "torch")


main()

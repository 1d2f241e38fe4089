"""Times plain cblas calls (numpy's float32 product into an array that is there: one cblas_sgemm of its OpenBLAS).

Spec: shapes, a list of {m, n, k, count}; repeats.
"""
import numpy

import outcome
import timing


def seconds(shape, repeats):
    random = numpy.random.default_rng(0)
    a = random.standard_normal((shape["m"], shape["k"]), dtype=numpy.float32)
    b = random.standard_normal((shape["k"], shape["n"]), dtype=numpy.float32)
    c = numpy.empty((shape["m"], shape["n"]), dtype=numpy.float32)
    return timing.median_seconds(lambda: numpy.matmul(a, b, out=c), repeats)


def main():
    spec = outcome.spec()
    outcome.write({"seconds": [seconds(shape, spec["repeats"]) for shape in spec["shapes"]]}, "numpy")


main()

# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
"""minima_scipy.py FILE: minimizes the softplus network in FILE over [0, 1]^n by SciPy's L-BFGS-B from the center, with
gradients in NumPy, and prints the median time of a solve, its evaluations and its value."""

import json
import statistics
import sys
import time

import numpy as np
from scipy.optimize import minimize

with open(sys.argv[1]) as file:
    problem = json.load(file)
layers = [{name: np.array(block) for name, block in layer.items()} for layer in problem["layers"]]


def value_and_gradient(y):
    slopes, z = [], None
    for layer in layers:
        s = layer["Wy"] @ y + layer["b"]
        if z is not None:
            s = s + layer["Wz"] @ z
        slopes.append(1 / (1 + np.exp(-s)))
        z = np.logaddexp(0, s)
    z = s  # the output is affine
    slopes[-1] = np.ones(1)
    gradient, adjoint = np.zeros_like(y), np.ones(1)
    for layer, slope in zip(reversed(layers), reversed(slopes)):
        v = adjoint * slope
        gradient += layer["Wy"].T @ v
        adjoint = layer["Wz"].T @ v if "Wz" in layer else None
    return z[0], gradient


def solve():
    return minimize(value_and_gradient, np.full(problem["inputs"], 0.5), jac=True, method="L-BFGS-B",
                    bounds=[(0, 1)] * problem["inputs"], options={"ftol": problem["tolerance"], "gtol": 0})


best, times = solve(), []
while len(times) < 20 or sum(times) < 0.2:
    start = time.perf_counter()
    solve()
    times.append(time.perf_counter() - start)
print(json.dumps({"seconds": statistics.median(times), "evaluations": int(best.nfev), "value": float(best.fun)}))

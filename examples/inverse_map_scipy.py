# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
"""inverse_map_scipy.py DIR [TOLERANCE]: what SciPy's L-BFGS-B does where examples/run inverse_map --out DIR has been, with
gradients in NumPy, from the origin, until gradients are below TOLERANCE. It proves nothing."""
import glob
import json
import statistics
import struct
import sys
import time

import numpy as np
from scipy.optimize import minimize

MODULUS = 0.01


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:end])
    header.pop("__metadata__")
    return {name: np.frombuffer(data[end:], np.float64, int(np.prod(t["shape"])), t["data_offsets"][0]).reshape(t["shape"])
            for name, t in header.items()}


def value_and_gradient(p, y):
    """Of three layers with a quadratic of rank 1 each, CELU behind the second and the third, and an affine output."""
    forms, slopes, z = [], [], None
    for i in range(4):
        form = p[f"A[{i}]"] @ y
        s = form * form + p[f"Wy[{i}]"] @ y + p[f"b[{i}]"]
        s = s if z is None else s + p[f"Wz[{i}]"] @ z
        low = np.expm1(np.minimum(s, 0))
        curved = i in (1, 2)
        z = np.where(s > 0, s, low) if curved else s
        slopes.append(np.where(s > 0, 1, 1 + low) if curved else np.ones_like(s))
        forms.append(form)
    gradient, adjoint = p["D"] * y, np.ones(1)
    for i in (3, 2, 1, 0):
        v = adjoint * slopes[i]
        gradient = gradient + p[f"Wy[{i}]"].T @ v + p[f"A[{i}]"].T @ (2 * forms[i] * v)
        adjoint = p[f"Wz[{i}]"].T @ v if i > 0 else None
    return z[0] + 0.5 * y @ (p["D"] * y), gradient


def invert(networks, points, tolerance):
    evaluations, times, farthest, bound = [], [], 0, 0
    for y in points:
        def function(x, v=None):
            parts = [value_and_gradient(p, x) for p in networks]
            f, g = sum(f for f, _ in parts), sum(g for _, g in parts)
            return (f, g) if v is None else (f - v @ x, g - v)
        v = function(y)[1]
        start = time.perf_counter()
        found = minimize(function, np.zeros_like(y), (v,), jac=True, method="L-BFGS-B",
                         options={"ftol": 0, "gtol": tolerance, "maxiter": 10000, "maxfun": 20000})
        times.append(time.perf_counter() - start)
        evaluations.append(found.nfev)
        size = np.linalg.norm(y)
        farthest = max(farthest, np.linalg.norm(found.x - y) / size)
        bound = max(bound, np.linalg.norm(function(found.x, v)[1]) / MODULUS / size)
    return statistics.median(evaluations), 1e6 * statistics.median(times), farthest, bound


if __name__ == "__main__":
    tolerance = float(sys.argv[2]) if len(sys.argv) > 2 else 1e-10
    print("inputs  potential  evaluations  us a point  |y* - y| / |y|, most  |grad| / m |y|, most")
    for path in sorted(glob.glob(f"{sys.argv[1]}/inverse_map_*.npy"), key=lambda p: int(p.split("_")[-1][:-4])):
        points = np.load(path).T
        networks = [read(path.replace(".npy", f"_{k}.safetensors")) for k in (0, 1)]
        for name, parts in (("one", networks[:1]), ("sum of two", networks)):
            row = invert(parts, points, tolerance)
            print(f"{points.shape[1]:6}{name:>11}{row[0]:13.0f}{row[1]:12.0f}{row[2]:23.1e}{row[3]:23.1e}", flush=True)

# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
"""Random networks of examples/pytorch/icnn_torch.py with what PyTorch finds for them: python3 make_parity.py FOLDER [COUNT [SEED]].
Every activation, gate, way to stay non-negative and part of the output term occurs; three networks of four are double, and one float.
From number 60 on they have a quadratic passthrough."""
import pathlib
import random
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples" / "pytorch"))
from icnn_torch import CONTEXT, CONVEX, FIRST, Ficnn, Picnn, Scaled, export  # noqa: E402

torch.set_num_threads(1)
PARAMETERS = {"LeakyRelu": 0.25, "Softplus": 2.5, "Elu": 0.75, "Celu": 0.5, "SmoothRelu": 0.75, "SquaredLeakyRelu": 0.5}


def named(name):
    return f"{name}({PARAMETERS[name]})" if name in PARAMETERS else name


def network(number, draw):
    """The number goes around the activations, so that none is left out."""
    dtype = torch.float32 if number % 4 == 3 else torch.float64
    depth = 1 + number % 5
    widths = [draw.randint(1, 5) for _ in range(depth - 1)]
    behind = [named(list(CONVEX)[(number + i) % len(CONVEX)]) for i in range(max(1, depth - 2))]
    quadratic = 1 + number % 3 if number >= 60 else 0
    first = list(CONVEX if quadratic else FIRST)  # that of a quadratic must not decrease
    common = dict(
        quadratic_rank=quadratic, inputs=draw.randint(1, 4), hidden=widths, activation=behind if draw.random() < 0.5 else behind[0],
        first_activation=named(first[number % len(first)]), output_activation=draw.choice(["Identity", "Identity", "Softplus(1)"]),
        passthrough=draw.random() < 0.7, bias=draw.random() < 0.7, dtype=dtype,
        positivity=("projection", "softplus", "exponential")[number % 3])
    term = {"diagonal": draw.random() < 0.4, "rank": draw.choice([0, 0, 1, 2]), "linear": draw.random() < 0.4}
    if number % 2 == 0:
        return Ficnn(**common, output_term=term)
    term["bilinear"] = draw.random() < 0.4
    return Picnn(context=draw.randint(1, 3), context_hidden=[draw.randint(1, 4) for _ in widths],
                 context_activation=named(list(CONTEXT)[number // 2 % len(CONTEXT)]),
                 gate=draw.choice(["positive_part", "softplus"]), batch_norm=common["bias"] and draw.random() < 0.5,
                 **common, output_term=term)


def main(folder, count, seed):
    for number in range(count):
        draw = random.Random(1000 * seed + number)
        torch.manual_seed(1000 * seed + number)
        f = network(number, draw)
        f.project()
        points = [torch.randn(20, f.inputs, dtype=f.dtype)]
        if isinstance(f, Picnn):
            points.insert(0, torch.randn(20, f.context, dtype=f.dtype))
            f.train()
            f(*points)  # the running mean and variance of a batch normalization
            for norm in f.norms:
                torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
                torch.nn.init.normal_(norm.bias)
        if number % 5 == 4:
            c = getattr(f, "context", 0)
            f = Scaled(f, center=torch.randn(f.inputs), scale=torch.rand(f.inputs) + 0.5, context_center=torch.randn(c),
                       context_scale=torch.rand(c) + 0.5, output_center=3.0, output_scale=7.0)
        export(f, f"{folder}/{number:02d}.safetensors", y=points[-1][:3], x=points[0][:3] if len(points) == 2 else None)


if __name__ == "__main__":
    arguments = sys.argv[1:] + ["", "72", "1"][len(sys.argv) - 1 :]
    main(arguments[0], int(arguments[1]), int(arguments[2]))

# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
"""Trains two networks in PyTorch and exports them: python3 examples/pytorch/train.py FOLDER. Then
examples/run parity FOLDER/ficnn.safetensors FOLDER/picnn.safetensors says whether C++ computes the same."""
import os
import sys

import torch

from icnn_torch import Ficnn, Picnn, Scaled, export


def train(f, target, *points, epochs=100):
    """Least squares by Adam, whose rate falls to a fiftieth."""
    f.standardize(*points)
    adam = torch.optim.Adam(f.parameters(), lr=1e-2)
    for epoch in range(epochs):
        adam.param_groups[0]["lr"] = 1e-2 * 0.02 ** (epoch / epochs)
        for batch in torch.randperm(len(target)).split(50):
            adam.zero_grad()
            loss = ((f(*(p[batch] for p in points)) - target[batch]) ** 2).mean()
            loss.backward()
            adam.step()
            f.project(adam)
    f.eval()
    with torch.no_grad():
        return 100 * (((f(*points) - target) ** 2).mean().sqrt() / target.std()).item()


torch.manual_seed(2)
torch.set_default_dtype(torch.float64)
folder = sys.argv[1] if len(sys.argv) > 1 else "."
os.makedirs(folder, exist_ok=True)

y = torch.randn(2000, 3)
target = torch.logsumexp(y, 1)
f = Scaled(Ficnn(inputs=3, hidden=[32, 32]), center=y.mean(0), scale=y.std(0), output_center=target.mean().item(),
           output_scale=target.std().item())
print(f"log-sum-exp of three numbers: an error of {train(f, target, y):.2f} % of its deviation")
export(f, f"{folder}/ficnn.safetensors", y=y[:16])

# The distance from a point that depends on the context.
x, y = torch.randn(2000, 2), torch.randn(2000, 2)
target = (1 + ((y - torch.stack([torch.sin(x[:, 0]), x[:, 0] * x[:, 1]], 1)) ** 2).sum(1)).sqrt()
g = Picnn(context=2, inputs=2, hidden=[16, 16], context_hidden=[16, 16], gate="softplus", positivity="softplus", batch_norm=True)
print(f"distance from a point that moves: an error of {train(g, target, x, y):.2f} % of its deviation")
export(g, f"{folder}/picnn.safetensors", y=y[:16], x=x[:16])

# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
"""Input convex neural networks in plain PyTorch, and their way into C++.

    f = Ficnn(inputs=2, hidden=[16, 16], activation="Softplus(1)")
    ...                                      # train it: f.project(optimizer) after every step
    export(f, "f.safetensors", y=points)     # icnn::load<icnn::AnyFicnn<double>>("f.safetensors")

A sample is a row here, a column there. `export` writes what the network computes, not how it was trained: W^z as softplus(V) or
exp(V), and a batch normalization of the context path folded into its weights; beside it, for `icnn::check_parity`, the values and
derivatives that PyTorch finds at the points given. Needs nothing but torch.
"""
import json
import os
import struct

import torch

__all__ = ["Ficnn", "Picnn", "Scaled", "activation", "export", "write_safetensors"]


# --- Activations, by the names that icnn gives them -------------------------

def _softplus(t, beta=1.0):
    """log(1 + exp(beta t)) / beta; torch's own becomes linear at beta t = 20."""
    return (torch.clamp(beta * t, min=0) + torch.log1p(torch.exp(-torch.abs(beta * t)))) / beta


def _smooth_relu(t, knee=1.0):
    return torch.where(t <= 0, torch.zeros_like(t), torch.where(t <= knee, t * t / (2 * knee), t - knee / 2))


def _celu(t, alpha=1.0):
    return torch.where(t > 0, t, alpha * torch.expm1(torch.clamp(t, max=0) / alpha))


CONVEX = {
    "Relu": torch.relu,
    "Identity": lambda t: t,
    "LeakyRelu": lambda t, slope=0.01: torch.where(t > 0, t, slope * t),
    "Softplus": _softplus,
    "Elu": lambda t, alpha=1.0: torch.where(t > 0, t, alpha * torch.expm1(torch.clamp(t, max=0))),
    "Celu": _celu,
    "SmoothRelu": _smooth_relu,
}
FIRST = {
    **CONVEX,
    "Square": lambda t: t * t,
    "AbsoluteValue": torch.abs,
    "SquaredLeakyRelu": lambda t, slope=0.01: torch.where(t > 0, t, slope * t) ** 2,
}
CONTEXT = {**FIRST, "Tanh": torch.tanh, "Sigmoid": torch.sigmoid}


def activation(text, among=CONTEXT):
    """The function that "Softplus(2.5)" names."""
    name, _, rest = text.partition("(")
    if name not in among:
        raise ValueError(f"expected one of {', '.join(among)}, got {text}")
    parameters = [float(rest[:-1])] if rest else []
    return lambda t: among[name](t, *parameters)


# --- Networks ---------------------------------------------------------------

class Network(torch.nn.Module):
    """What a FICNN and a PICNN have in common: weights under the names of icnn's layout, some of them kept >= 0."""

    def __init__(self, inputs, hidden, first, behind, output, passthrough, bias, positivity, quadratic_rank, output_term, dtype):
        super().__init__()
        if positivity not in ("projection", "softplus", "exponential"):
            raise ValueError(f"expected projection, softplus or exponential as positivity, got {positivity}")
        behind = [behind] if isinstance(behind, str) else list(behind)
        self.inputs, self.hidden, self.passthrough, self.bias = inputs, list(hidden), passthrough, bias
        self.quadratic_rank = quadratic_rank
        self.positivity, self.output_term, self.dtype = positivity, dict(output_term or {}), dtype
        self.depth = len(self.hidden) + 1
        self.names = {"first": first or behind[0], "hidden": behind, "output": output}
        layers = [self.names["first"]] + (behind * (self.depth - 2) if len(behind) == 1 else behind)
        layers = layers[: self.depth - 1] + [output]
        if len(layers) != self.depth:
            raise ValueError(f"expected one activation, or {self.depth - 2} behind the first layer, got {len(behind)}")
        if quadratic_rank > 0 and layers[0].partition("(")[0] not in CONVEX:
            raise ValueError(f"expected a first activation that never decreases beside a quadratic, got {layers[0]}")
        self.layers = [activation(a, FIRST if i == 0 and self.depth > 1 else CONVEX) for i, a in enumerate(layers)]
        self.weights = torch.nn.ParameterDict()
        self.signed = set()  # the names of weights that have to be >= 0
        self.watched = self.seen = None

    def declare(self, name, *shape, signed=False, fill=None):
        """A weight of random entries, or of one. Signed ones are V, where W^z is softplus(V) or exp(V)."""
        weight = torch.empty(*shape, dtype=self.dtype)
        if fill is not None:
            weight.fill_(fill)
        else:
            torch.nn.init.normal_(weight, std=1 / max(1, shape[-1]) ** 0.5)
        if signed:
            weight = weight.abs() / shape[-1] ** 0.5
            if self.positivity == "softplus":
                weight = torch.log(torch.expm1(weight.clamp(min=1e-6)))
            if self.positivity == "exponential":
                weight = torch.log(weight.clamp(min=1e-6))
            self.signed.add(name)
        self.weights[name] = torch.nn.Parameter(weight)

    def declare_passthrough(self, i, width):
        self.declare(f"Wy[{i}]", width, self.inputs)
        if self.quadratic_rank > 0:
            self.declare(f"A[{i}]", width * self.quadratic_rank, self.inputs)

    def pass_through(self, i, y):
        """W^y y, and the quadratic sum_r (a_r'y)^2 of every unit: rows j R to j R + R - 1 of A are those of unit j."""
        s = y @ self.get(f"Wy[{i}]").t()
        if self.quadratic_rank > 0:
            s = s + ((y @ self.get(f"A[{i}]").t()) ** 2).reshape(len(y), -1, self.quadratic_rank).sum(2)
        return s

    def declare_output_term(self, context=0):
        term, n = self.output_term, self.inputs
        if term.get("diagonal"):
            self.declare("D", n, signed=True)
        if term.get("rank", 0) > 0:
            self.declare("L", term["rank"], n)
        if term.get("bilinear"):
            self.declare("C", n, context)
        if term.get("linear"):
            self.declare("d", n)

    def get(self, name):
        """A weight as the network has it; None where it has none."""
        if name not in self.weights:
            return None
        raw = self.weights[name]
        if name not in self.signed or self.positivity == "projection":
            return raw
        return _softplus(raw) if self.positivity == "softplus" else torch.exp(raw)

    def set(self, name, value):
        """Makes a weight of the network what is given; W^z has to be >= 0."""
        if name in self.signed and self.positivity == "softplus":
            value = value.clamp(min=1e-6)
            value = value + torch.log(-torch.expm1(-value))
        if name in self.signed and self.positivity == "exponential":
            value = torch.log(value.clamp(min=1e-6))
        with torch.no_grad():
            self.weights[name].copy_(value)

    def arrived(self, layer, s):
        """What arrives at a layer, for standardize()."""
        if self.watched == layer:
            self.seen = s.detach()
        return s

    def standardize(self, *points):
        """Scales the weights of every hidden unit, and moves its bias, so that what arrives there has mean 0 and variance 1 over
        points (rows): where training should begin."""
        for i in range(self.depth - 1):
            self.watched = i
            with torch.no_grad():
                self(*points)
            self.watched = None
            scale = 1 / self.seen.std(0).clamp(min=1e-6)
            for symbol in ("Wz", "Wy", "Wu"):
                weight = self.get(f"{symbol}[{i}]")
                if weight is not None:
                    self.set(f"{symbol}[{i}]", weight.detach() * scale[:, None])
            if self.get(f"A[{i}]") is not None:  # its forms are squared
                root = scale.sqrt().repeat_interleave(self.quadratic_rank)
                self.set(f"A[{i}]", self.get(f"A[{i}]").detach() * root[:, None])
            if self.bias:
                self.set(f"b[{i}]", (self.get(f"b[{i}]").detach() - self.seen.mean(0)) * scale)

    def project(self, optimizer=None):
        """After every step, where positivity is kept by projection. An optimizer that is handed in forgets the momentum that pushed
        an entry below 0: with it Adam holds most entries there for good."""
        if self.positivity != "projection":
            return
        with torch.no_grad():
            for name in self.signed:
                weight = self.weights[name]
                state = optimizer.state.get(weight, {}) if optimizer is not None else {}
                for momentum in ("exp_avg", "momentum_buffer"):
                    if state.get(momentum) is not None:
                        state[momentum][weight < 0] = 0
                weight.clamp_(min=0)

    def add_output_term(self, f, y, x=None):
        if self.get("D") is not None:
            f = f + 0.5 * (y * y) @ self.get("D")
        if self.get("L") is not None:
            f = f + 0.5 * ((y @ self.get("L").t()) ** 2).sum(1)
        if self.get("C") is not None:
            f = f + (y * (x @ self.get("C").t())).sum(1)
        if self.get("d") is not None:
            f = f + y @ self.get("d")
        return f

    def metadata(self):
        term = [w for w in ("diagonal", "bilinear", "linear") if self.output_term.get(w)]
        if self.output_term.get("rank", 0) > 0:
            term.append(f"rank {self.output_term['rank']}")
        return {
            "format": "1",
            "inputs": str(self.inputs),
            "hidden": ",".join(map(str, self.hidden)),
            "first_activation": self.names["first"],
            "hidden_activations": ",".join(self.names["hidden"]),
            "output_activation": self.names["output"],
            "passthrough": str(self.passthrough).lower(),
            "bias": str(self.bias).lower(),
            **({"quadratic_rank": str(self.quadratic_rank)} if self.quadratic_rank > 0 else {}),
            "output_term": ",".join(term),
        }

    def tensors(self):
        return {name: self.get(name).detach() for name in self.weights.keys()}


def _affine(u, weight, bias):
    t = u @ weight.t()
    return t if bias is None else t + bias


class Ficnn(Network):
    """f(y), convex in y: equation 2 of Amos, Xu and Kolter (2017). `activation` is one name for the layers behind the first, or a
    list of them; `quadratic_rank` is that of the convex quadratic in y that every unit then has; `output_term` may have diagonal,
    rank, linear."""

    def __init__(self, inputs, hidden, activation="Softplus(1)", first_activation=None, output_activation="Identity",
                 passthrough=True, bias=True, positivity="projection", quadratic_rank=0, output_term=None,
                 dtype=torch.float64):
        super().__init__(inputs, hidden, first_activation, activation, output_activation, passthrough, bias, positivity,
                         quadratic_rank, output_term, dtype)
        previous = 0
        for i, width in enumerate(self.hidden + [1]):
            if i > 0:
                self.declare(f"Wz[{i}]", width, previous, signed=True)
            if i == 0 or passthrough:
                self.declare_passthrough(i, width)
            if bias:
                self.declare(f"b[{i}]", width)
            previous = width
        self.declare_output_term()

    def forward(self, y):
        z = None
        for i in range(self.depth):
            s = 0 if self.get(f"b[{i}]") is None else self.get(f"b[{i}]")
            if self.get(f"Wy[{i}]") is not None:
                s = s + self.pass_through(i, y)
            if i > 0:
                s = s + z @ self.get(f"Wz[{i}]").t()
            z = self.layers[i](self.arrived(i, s))
        return self.add_output_term(z[:, 0], y)

    def metadata(self):
        return {"kind": "ficnn", **super().metadata()}


class Picnn(Network):
    """f(x, y), convex in y for every x: equation 3. `batch_norm` puts torch's between each step of the context path and its
    activation; `gate` is positive_part or softplus; `output_term` may have diagonal, rank, bilinear, linear."""

    def __init__(self, context, inputs, hidden, context_hidden, activation="Softplus(1)", context_activation="Relu",
                 first_activation=None, output_activation="Identity", passthrough=True, bias=True, gate="positive_part",
                 batch_norm=False, positivity="projection", quadratic_rank=0, output_term=None, dtype=torch.float64):
        super().__init__(inputs, hidden, first_activation, activation, output_activation, passthrough, bias, positivity,
                         quadratic_rank, output_term, dtype)
        if len(context_hidden) != len(self.hidden):
            raise ValueError(f"expected {len(self.hidden)} widths as context_hidden, got {len(context_hidden)}")
        if batch_norm and not bias:
            raise ValueError("expected bias=True beside batch_norm, whose shift becomes a bias, got bias=False")
        if gate not in ("positive_part", "softplus"):
            raise ValueError(f"expected positive_part or softplus as gate, got {gate}")
        self.context, self.context_hidden, self.gate = context, list(context_hidden), gate
        self.context_name, self.context_step = context_activation, globals()["activation"](context_activation, CONTEXT)
        self.norms = torch.nn.ModuleList(
            [torch.nn.BatchNorm1d(width, dtype=dtype) for width in context_hidden] if batch_norm else [])
        previous, u = 0, context
        for i, width in enumerate(self.hidden + [1]):
            if i > 0:
                self.declare(f"Wz[{i}]", width, previous, signed=True)
                self.declare(f"Wzu[{i}]", previous, u)
                self.declare(f"bz[{i}]", previous, fill=1.0)
            if i == 0 or passthrough:
                self.declare_passthrough(i, width)
                self.declare(f"Wyu[{i}]", inputs, u)
                self.declare(f"by[{i}]", inputs, fill=1.0)
            self.declare(f"Wu[{i}]", width, u)
            if bias:
                self.declare(f"b[{i}]", width)
            if i < len(self.hidden):
                self.declare(f"Wt[{i}]", context_hidden[i], u)
                if bias:
                    self.declare(f"bt[{i}]", context_hidden[i])
                u = context_hidden[i]
            previous = width
        self.declare_output_term(context)

    def forward(self, x, y):
        u, z = x, None
        gate = torch.relu if self.gate == "positive_part" else _softplus
        for i in range(self.depth):
            s = _affine(u, self.get(f"Wu[{i}]"), self.get(f"b[{i}]"))
            if self.get(f"Wy[{i}]") is not None:
                s = s + self.pass_through(i, y * _affine(u, self.get(f"Wyu[{i}]"), self.get(f"by[{i}]")))
            if i > 0:
                s = s + (z * gate(_affine(u, self.get(f"Wzu[{i}]"), self.get(f"bz[{i}]")))) @ self.get(f"Wz[{i}]").t()
            z = self.layers[i](self.arrived(i, s))
            if i < len(self.hidden):
                t = _affine(u, self.get(f"Wt[{i}]"), self.get(f"bt[{i}]"))
                u = self.context_step(self.norms[i](t) if len(self.norms) > 0 else t)
        return self.add_output_term(z[:, 0], y, x)

    def metadata(self):
        return {
            "kind": "picnn",
            **super().metadata(),
            "context": str(self.context),
            "context_hidden": ",".join(map(str, self.context_hidden)),
            "context_activation": self.context_name,
            "gate": self.gate,
        }

    def tensors(self):
        result = super().tensors()
        for i, norm in enumerate(self.norms):  # g ((W u + b) - mean) / sqrt(variance + eps) + h, as another W and b
            scale = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
            result[f"bt[{i}]"] = (result[f"bt[{i}]"] - norm.running_mean) * scale + norm.bias.detach()
            result[f"Wt[{i}]"] = result[f"Wt[{i}]"] * scale[:, None]
        return result


class Scaled(torch.nn.Module):
    """output_scale f((x - context_center) / context_scale, (y - center) / scale) + output_center: a network in the units of its
    data. In C++ it is a Standardized<...>."""

    def __init__(self, network, center=None, scale=None, context_center=None, context_scale=None, output_center=0.0,
                 output_scale=1.0):
        super().__init__()
        self.network = network
        n, c = network.inputs, getattr(network, "context", 0)

        def vector(values, size, default):
            if values is None:
                return torch.full((size,), default, dtype=network.dtype)
            return torch.as_tensor(values, dtype=network.dtype)

        self.center, self.scale = vector(center, n, 0.0), vector(scale, n, 1.0)
        self.context_center, self.context_scale = vector(context_center, c, 0.0), vector(context_scale, c, 1.0)
        self.output_center, self.output_scale = vector([output_center], 1, 0.0), vector([output_scale], 1, 1.0)

    def forward(self, *points):
        return self.output_scale * self.network(*self.inner(*points)) + self.output_center

    def inner(self, *points):
        y = (points[-1] - self.center) / self.scale
        return (y,) if len(points) == 1 else ((points[0] - self.context_center) / self.context_scale, y)

    def project(self, optimizer=None):
        self.network.project(optimizer)

    def standardize(self, *points):
        self.network.standardize(*self.inner(*points))

    def tensors(self):
        names = ("center", "scale", "context_center", "context_scale", "output_center", "output_scale")
        return {**self.network.tensors(), **{f"scaling.{name}": getattr(self, name) for name in names}}


# --- Files ------------------------------------------------------------------

def write_safetensors(path, tensors, metadata):
    """https://github.com/huggingface/safetensors, in twenty lines: float64 first, then float32, each aligned."""
    header, data, at = {"__metadata__": metadata}, [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        tensor = tensor.detach().contiguous().cpu()
        kind = {torch.float64: ("F64", "d"), torch.float32: ("F32", "f")}[tensor.dtype]
        raw = struct.pack(f"<{tensor.numel()}{kind[1]}", *tensor.reshape(-1).tolist())
        header[name] = {"dtype": kind[0], "shape": list(tensor.shape), "data_offsets": [at, at + len(raw)]}
        data.append(raw)
        at += len(raw)
    text = json.dumps(header).encode("utf-8")
    text += b" " * (-len(text) % 8)
    with open(path + ".partial", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))
    os.replace(path + ".partial", path)


def references(f, *points):
    """What f is at points (rows): its values, and the derivatives of each or, in the parameters, of their sum."""
    network = f.network if isinstance(f, Scaled) else f
    folded = network.tensors()
    points = [p.detach().to(network.dtype).clone().requires_grad_() for p in points]
    y = points[-1]
    values = f(*points)
    gradients = torch.autograd.grad(values.sum(), points, create_graph=True)
    result = {"reference.y": y, "reference.f": values, "reference.gradient": gradients[-1]}
    if len(points) == 2:
        result.update({"reference.x": points[0], "reference.x_gradient": gradients[0]})
    rows = []
    for j in range(y.shape[1]):
        column = gradients[-1][:, j].sum()
        rows.append(torch.autograd.grad(column, y, retain_graph=True, allow_unused=True)[0] if column.requires_grad
                    else None)
    result["reference.hessian"] = torch.stack([torch.zeros_like(y) if row is None else row for row in rows], 1)
    # In the parameters as they are stored: of a network of plain weights, whatever this one was trained with.
    plain, training = network.weights, network.training
    signs, norms = network.positivity, getattr(network, "norms", None)
    try:
        network.positivity = "projection"
        if norms is not None:
            network.norms = torch.nn.ModuleList()
        network.weights = torch.nn.ParameterDict({k: torch.nn.Parameter(v.clone()) for k, v in folded.items()})
        names = list(network.weights.keys())
        found = torch.autograd.grad(f(*points).sum(), [network.weights[k] for k in names], allow_unused=True)
        for name, gradient in zip(names, found):
            result[f"reference.parameters.{name}"] = torch.zeros_like(folded[name]) if gradient is None else gradient
    finally:
        network.weights, network.positivity = plain, signs
        if norms is not None:
            network.norms = norms
        network.train(training)
    return {name: tensor.detach() for name, tensor in result.items()}


def export(f, path, y=None, x=None):
    """Writes f for icnn's load(), with what it is at rows of y (and x) for check_parity(). Batch normalization counts as in
    eval()."""
    f.eval()
    network = f.network if isinstance(f, Scaled) else f
    for name in network.signed:
        lowest = network.get(name).min()
        if lowest < 0:
            raise ValueError(f"expected {name} >= 0, got an entry of {lowest.item()}: call project() after every step")
    tensors = f.tensors()
    if y is not None:
        tensors.update(references(f, *([y] if x is None else [x, y])))
    write_safetensors(path, tensors, {f"icnn.{key}": value for key, value in network.metadata().items()})

# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
"""Golden values for input convex neural networks, from plain PyTorch autograd.

Usage: python3 make_golden.py > golden.json

Everything is double precision on one CPU thread, with fixed seeds.  A sample
is a column.  The output is a JSON array with one case per line.  A summary of
the self checks (finite differences, convexity, distance to kinks) goes to
stderr.

    FICNN  s_i = Wz[i] z_i + Wy[i] y + b[i],  z_{i+1} = g_i(s_i),  i = 0..k-1
           f(y) = z_k + q(y)
    PICNN  u_0 = x,  u_{i+1} = gc(Wt[i] u_i + bt[i]),  i = 0..k-2
           s_i = Wz[i] (z_i * gate(Wzu[i] u_i + bz[i]))
               + Wy[i] (y * (Wyu[i] u_i + by[i])) + Wu[i] u_i + b[i]
           f(x, y) = z_k + q(x, y)
    both   q = y'(diag(D) + L'L)y / 2 + y'(C x + d);  z_0 and its blocks
           (Wz[0], Wzu[0], bz[0]) do not exist.

The last layer always uses the output activation, so with k = 1 the first
activation is unused; the hidden activation is used from k = 3 on, and the
context activation from k = 2 on.  Unused ones are still recorded.
"""
import json
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

BATCH = 5
MARGIN = 1e-3  # least distance of any pre-activation from a kink


# --- Activations: name -> (function of t and parameter, kinks) -------------

def softplus(t, beta):
    """log(1 + exp(beta t)) / beta, with no switch to linear."""
    a = beta * t
    return (torch.clamp(a, min=0) + torch.log1p(torch.exp(-torch.abs(a)))) / beta


def elu(t, alpha):
    return torch.where(t > 0, t, alpha * torch.expm1(torch.clamp(t, max=0)))


def celu(t, alpha):
    return torch.where(t > 0, t, alpha * torch.expm1(torch.clamp(t, max=0) / alpha))


def smooth_relu(t, h):
    return torch.where(t <= 0, torch.zeros_like(t),
                       torch.where(t <= h, t * t / (2 * h), t - h / 2))


AT_ZERO = lambda p: [0.0]
NOWHERE = lambda p: []
ACTIVATIONS = {
    "identity": (lambda t, p: t, NOWHERE),
    "relu": (lambda t, p: torch.clamp(t, min=0), AT_ZERO),
    "leaky_relu": (lambda t, p: torch.maximum(t, p * t), AT_ZERO),
    "softplus": (softplus, NOWHERE),
    "elu": (elu, AT_ZERO),
    "celu": (celu, AT_ZERO),
    "smooth_relu": (smooth_relu, lambda p: [0.0, p]),
    "square": (lambda t, p: t * t, NOWHERE),
    "absolute": (lambda t, p: torch.abs(t), AT_ZERO),
    "squared_leaky_relu": (lambda t, p: torch.maximum(t, p * t) ** 2, AT_ZERO),
    "tanh": (lambda t, p: torch.tanh(t), NOWHERE),
    "sigmoid": (lambda t, p: torch.sigmoid(t), NOWHERE),
}
GATES = {"positive_part": ("relu", None), "softplus": ("softplus", 1.0)}


def apply(activation, t, margins):
    """Apply (name, parameter) to t, noting how near t comes to a kink."""
    name, parameter = activation
    function, kinks = ACTIVATIONS[name]
    margins.extend((t - kink).abs().min().item() for kink in kinks(parameter))
    return function(t, parameter)


# --- The networks ----------------------------------------------------------

def output_term(P, x, y):
    q = torch.zeros(1, y.shape[1])
    if "D" in P:
        q = q + 0.5 * (P["D"] * y * y).sum(0, keepdim=True)
    if "L" in P:
        q = q + 0.5 * ((P["L"] @ y) ** 2).sum(0, keepdim=True)
    if "C" in P:
        q = q + (y * (P["C"] @ x)).sum(0, keepdim=True)
    if "d" in P:
        q = q + (y * P["d"]).sum(0, keepdim=True)
    return q


def evaluate(case, P, x, y, margins=None):
    """The values f, 1 x B; margins collects distances to kinks."""
    margins = [] if margins is None else margins
    picnn = case["kind"] == "picnn"
    k = len(case["hidden"]) + 1
    z, u = None, x
    for i in range(k):
        s = torch.zeros(1, y.shape[1])
        if i > 0:
            zi = z
            if picnn:
                a = P[f"Wzu[{i}]"] @ u + P[f"bz[{i}]"]
                zi = z * apply(GATES[case["gate"]], a, margins)
            s = s + P[f"Wz[{i}]"] @ zi
        if f"Wy[{i}]" in P:
            yi = y
            if picnn:
                a = P[f"Wyu[{i}]"] @ u + P[f"by[{i}]"]
                rows = [apply(GATES[case["gate"]], a[j:j + 1], margins)
                        if j in case["non_decreasing"] else a[j:j + 1]
                        for j in range(case["inputs"])]
                yi = y * torch.cat(rows)
            s = s + P[f"Wy[{i}]"] @ yi
        if picnn:
            s = s + P[f"Wu[{i}]"] @ u
        if case["bias"]:
            s = s + P[f"b[{i}]"]
        role = "output" if i == k - 1 else "first" if i == 0 else "hidden"
        z = apply(case[role + "_act"], s, margins)
        if picnn and i < k - 1:
            t = P[f"Wt[{i}]"] @ u
            if case["bias"]:
                t = t + P[f"bt[{i}]"]
            u = apply(case["context_act"], t, margins)
    return z + output_term(P, x, y)


def draw(case, generator):
    """Random parameters and samples: P, x, y, w."""
    def randn(rows, columns):
        return torch.randn(rows, columns, generator=generator)

    def weight(rows, columns):
        return randn(rows, columns) / columns ** 0.5

    n, c = case["inputs"], case["context"]
    m = case["hidden"] + [1]                # m[i] rows in layer i
    v = [c] + case["context_hidden"]        # v[i] entries in u_i
    picnn = case["kind"] == "picnn"
    P = {}
    for i in range(len(m)):
        if i > 0:
            P[f"Wz[{i}]"] = weight(m[i], m[i - 1]).abs()
            if picnn:
                P[f"Wzu[{i}]"] = weight(m[i - 1], v[i])
                P[f"bz[{i}]"] = 1 + 0.3 * randn(m[i - 1], 1)
        if i == 0 or case["passthrough"]:
            Wy = weight(m[i], n)
            Wy[:, case["non_decreasing"]] = Wy[:, case["non_decreasing"]].abs()
            P[f"Wy[{i}]"] = Wy
            if picnn:
                P[f"Wyu[{i}]"] = weight(n, v[i])
                P[f"by[{i}]"] = 1 + 0.3 * randn(n, 1)
        if picnn:
            P[f"Wu[{i}]"] = weight(m[i], v[i])
        if case["bias"]:
            P[f"b[{i}]"] = 0.5 * randn(m[i], 1)
        if picnn and i < len(m) - 1:
            P[f"Wt[{i}]"] = weight(v[i + 1], v[i])
            if case["bias"]:
                P[f"bt[{i}]"] = 0.5 * randn(v[i + 1], 1)
    if "D" in case["term"]:
        P["D"] = randn(n, 1).abs()
    if "L" in case["term"]:
        P["L"] = weight(case["rank"], n)
    if "C" in case["term"]:
        P["C"] = weight(n, c)
    if "d" in case["term"]:
        P["d"] = randn(n, 1)
        P["d"][case["non_decreasing"]] = P["d"][case["non_decreasing"]].abs()
    x = randn(c, BATCH) if picnn else None
    return P, x, randn(n, BATCH), randn(n, BATCH)


# --- Derivatives, all by autograd ------------------------------------------

def grad(total, inputs):
    """d total / d inputs, zero where there is no dependence; keeps the graph."""
    if not total.requires_grad:
        return [torch.zeros_like(t) for t in inputs]
    found = torch.autograd.grad(total, inputs, create_graph=True, allow_unused=True)
    return [torch.zeros_like(t) if g is None else g for t, g in zip(inputs, found)]


def differentiate(case, P, x, y, w):
    P = {name: p.clone().requires_grad_() for name, p in P.items()}
    y = y.clone().requires_grad_()
    x = None if x is None else x.clone().requires_grad_()
    context = [] if x is None else [x]
    everything = [y] + list(P.values()) + context

    def by_name(found):
        return dict(zip(P, found))

    value = evaluate(case, P, x, y)
    first = grad(value.sum(), everything)
    slope = (w * first[0]).sum(0, keepdim=True)
    mixed = grad(slope.sum(), everything)
    # rows[j][:, b] is row j of the Hessian of sample b
    rows = [grad(first[0][j].sum(), [y])[0] for j in range(case["inputs"])]
    return {
        "value": value, "gradient_y": first[0],
        "gradient_x": first[-1] if context else None,
        "gradient_parameters": by_name(first[1:]),
        "hessian": torch.stack(rows).permute(2, 0, 1),  # B x n x n
        "slope": slope,
        "mixed_x": mixed[-1] if context else None,
        "mixed_parameters": by_name(mixed[1:]),
    }


def finite_differences(case, P, x, y, w, R):
    """Largest relative errors of (first, second) derivatives in R.

    First derivatives are compared with central differences of values, second
    ones with central differences of autograd first derivatives: coordinate by
    coordinate for x and y, along one random direction for a parameter block.
    """
    h = 1e-5
    generator = torch.Generator().manual_seed(1)
    errors = [0.0, 0.0]

    def compare(order, difference, claimed):
        error = (difference - claimed).abs().max() / (1 + claimed.abs().max())
        errors[order] = max(errors[order], error.item())

    def central(direction, of, block):
        """Central difference of of(P, x, y) as block moves along direction."""
        def moved(step):
            Q, X, Y = dict(P), x, y
            if block == "x":
                X = x + step * direction
            elif block == "y":
                Y = y + step * direction
            else:
                Q[block] = P[block] + step * direction
            return of(Q, X, Y).detach()
        return (moved(h) - moved(-h)) / (2 * h)

    def value(Q, X, Y):
        return evaluate(case, Q, X, Y)

    def gradient(Q, X, Y):
        Y = Y.clone().requires_grad_()
        return grad(evaluate(case, Q, X, Y).sum(), [Y])[0]

    def slope(Q, X, Y):
        return (w * gradient(Q, X, Y)).sum(0, keepdim=True)

    for j in range(case["inputs"]):
        e = torch.zeros_like(y)
        e[j] = 1
        compare(0, central(e, value, "y")[0], R["gradient_y"][j])
        compare(1, central(e, gradient, "y"), R["hessian"][:, :, j].T)
    for j in range(case["context"]):
        e = torch.zeros_like(x)
        e[j] = 1
        compare(0, central(e, value, "x")[0], R["gradient_x"][j])
        compare(1, central(e, slope, "x")[0], R["mixed_x"][j])
    for name, p in P.items():
        e = torch.randn(p.shape, generator=generator)
        compare(0, central(e, value, name).sum(), (R["gradient_parameters"][name] * e).sum())
        compare(1, central(e, slope, name).sum(), (R["mixed_parameters"][name] * e).sum())
    return errors


# --- The cases -------------------------------------------------------------

def network(kind, name, inputs, context, hidden, context_hidden, first, act, context_act,
            gate, term="", rank=0, passthrough=True, bias=True, non_decreasing=(),
            output=("identity", None)):
    """term: which of D, L, C, d are present; rank: the rows of L."""
    assert len(hidden) == len(context_hidden) or kind == "ficnn"
    assert (rank > 0) == ("L" in term)
    return {"name": f"{kind}_{name}", "kind": kind, "inputs": inputs, "context": context,
            "hidden": hidden, "context_hidden": context_hidden, "passthrough": passthrough,
            "bias": bias, "gate": gate, "non_decreasing": list(non_decreasing),
            "term": term, "rank": rank, "hidden_act": act, "first_act": first,
            "output_act": output, "context_act": context_act}


def ficnn(name, inputs, hidden, first, act, **options):
    return network("ficnn", name, inputs, 0, hidden, [], first, act, None, None, **options)


def picnn(name, inputs, context, hidden, context_hidden, first, act, context_act, gate,
          **options):
    return network("picnn", name, inputs, context, hidden, context_hidden, first, act,
                   context_act, gate, **options)


RELU, SQUARE, ABSOLUTE = ("relu", None), ("square", None), ("absolute", None)
TANH, SIGMOID = ("tanh", None), ("sigmoid", None)
POSITIVE, SOFT = "positive_part", "softplus"


def SOFTPLUS(beta=1.0): return ("softplus", beta)
def LEAKY(slope): return ("leaky_relu", slope)
def SQUARED_LEAKY(slope): return ("squared_leaky_relu", slope)
def ELU(alpha): return ("elu", alpha)
def CELU(alpha): return ("celu", alpha)
def SMOOTH(knee): return ("smooth_relu", knee)


CASES = [
    # name, inputs, hidden widths, first activation, hidden activation
    ficnn("k1_affine", 3, [], RELU, RELU),
    ficnn("k1_DLd", 4, [], RELU, RELU, term="DLd", rank=2, bias=False),
    ficnn("k2_softplus", 1, [5], SOFTPLUS(), SOFTPLUS()),
    ficnn("k2_square_D", 2, [6], SQUARE, RELU, term="D"),
    ficnn("k3_relu_d", 3, [7, 5], RELU, RELU, term="d"),
    ficnn("k3_absolute_softplus_no_passthrough", 5, [6, 4], ABSOLUTE, SOFTPLUS(2.0),
          passthrough=False),
    ficnn("k3_squared_leaky_celu_L_no_bias", 4, [5, 6], SQUARED_LEAKY(0.3), CELU(0.5),
          term="L", rank=3, bias=False),
    ficnn("k3_leaky_output_softplus", 2, [8, 3], LEAKY(0.1), LEAKY(0.2),
          output=SOFTPLUS(1.5)),
    ficnn("k3_non_decreasing", 4, [6, 5], CELU(1.3), SOFTPLUS(), term="d",
          non_decreasing=[0, 2]),
    ficnn("k4_elu_DLd", 6, [7, 4, 5], ELU(0.7), ELU(1.0), term="DLd", rank=2),
    ficnn("k4_smooth_relu_wide", 7, [12, 6, 3], SMOOTH(0.5), SMOOTH(0.8)),

    # name, inputs, context, hidden, context hidden, first, hidden, context, gate
    picnn("k1_plain", 2, 3, [], [], RELU, RELU, TANH, POSITIVE),
    picnn("k1_DLCd_no_bias", 3, 2, [], [], RELU, RELU, TANH, SOFT,
          term="DLCd", rank=2, bias=False),
    picnn("k2_relu_tanh", 1, 1, [4], [3], RELU, RELU, TANH, POSITIVE),
    picnn("k2_square_sigmoid_D", 2, 4, [5], [4], SQUARE, RELU, SIGMOID, SOFT, term="D"),
    picnn("k2_leaky_no_passthrough", 5, 2, [8], [5], LEAKY(0.05), RELU, TANH, POSITIVE,
          passthrough=False),
    picnn("k3_softplus_L", 3, 3, [5, 4], [4, 5], SOFTPLUS(), SOFTPLUS(), SOFTPLUS(),
          POSITIVE, term="L", rank=1),
    picnn("k3_celu_C_no_passthrough", 4, 2, [6, 5], [3, 4], CELU(0.6), CELU(1.4), CELU(1.0),
          SOFT, term="C", passthrough=False),
    picnn("k3_elu_d_no_bias", 2, 5, [4, 6], [5, 3], ELU(0.9), ELU(0.5), ELU(0.8), POSITIVE,
          term="d", bias=False),
    picnn("k3_smooth_relu_Dd", 3, 2, [5, 5], [4, 4], SMOOTH(1.0), SMOOTH(0.6), SMOOTH(0.7),
          SOFT, term="Dd"),
    picnn("k3_absolute_relu", 6, 3, [6, 4], [5, 4], ABSOLUTE, RELU, RELU, SOFT),
    picnn("k3_squared_leaky_DLCd", 4, 3, [5, 4], [4, 6], SQUARED_LEAKY(0.4), LEAKY(0.3),
          LEAKY(0.2), POSITIVE, term="DLCd", rank=3),
    picnn("k3_non_decreasing", 4, 3, [5, 4], [4, 3], SOFTPLUS(2.0), CELU(0.8), TANH, SOFT,
          term="d", non_decreasing=[1, 3]),
    picnn("k4_softplus_no_passthrough_no_bias", 3, 4, [5, 4, 3], [4, 3, 5], SOFTPLUS(3.0),
          SOFTPLUS(0.5), SIGMOID, POSITIVE, passthrough=False, bias=False),
    picnn("k4_wide_DLCd", 7, 5, [12, 5, 3], [6, 5, 4], SQUARE, SOFTPLUS(1.5), TANH, SOFT,
          term="DLCd", rank=2),
]


# --- Output ----------------------------------------------------------------

def rows(t):
    return t.detach().tolist()


def columns(t):
    return None if t is None else t.detach().T.tolist()


def described(activation):
    return activation and {"name": activation[0], "parameter": activation[1]}


def record(case, P, x, y, w, R):
    copied = ["name", "kind", "inputs", "context", "hidden", "context_hidden",
              "passthrough", "bias", "gate", "non_decreasing"]
    return {
        **{key: case[key] for key in copied},
        "output_term": {"diagonal": "D" in P, "rank": case["rank"], "bilinear": "C" in P,
                        "linear": "d" in P},
        "activation": described(case["hidden_act"]),
        "first_activation": described(case["first_act"]),
        "output_activation": described(case["output_act"]),
        "context_activation": described(case["context_act"]),
        "parameters": {name: rows(p) for name, p in P.items()},
        "x": columns(x), "y": columns(y), "w": columns(w),
        "value": rows(R["value"][0]),
        "gradient_y": columns(R["gradient_y"]), "gradient_x": columns(R["gradient_x"]),
        "gradient_parameters": {name: rows(g) for name, g in R["gradient_parameters"].items()},
        "hessian": rows(R["hessian"]),
        "slope": rows(R["slope"][0]),
        "mixed_x": columns(R["mixed_x"]),
        "mixed_parameters": {name: rows(g) for name, g in R["mixed_parameters"].items()},
    }


def main():
    lines = []
    for index, case in enumerate(CASES):
        # Resample until every pre-activation is away from the kinks.
        for attempt in range(1000):
            generator = torch.Generator().manual_seed(1000 * (index + 1) + attempt)
            P, x, y, w = draw(case, generator)
            margins = [float("inf")]
            evaluate(case, P, x, y, margins)
            if min(margins) >= MARGIN:
                break
        assert min(margins) >= MARGIN, case["name"]

        R = differentiate(case, P, x, y, w)
        first, second = finite_differences(case, P, x, y, w, R)
        curvature = torch.linalg.eigvalsh(R["hessian"].detach()).min().item()
        print(f"{case['name']:44s} attempt {attempt}  kink margin {min(margins):.1e}  "
              f"finite-difference error {first:.0e} {second:.0e}  "
              f"least curvature {curvature:.1e}", file=sys.stderr)
        assert max(first, second) < 1e-7, case["name"]
        assert curvature > -1e-12, case["name"]
        assert (R["gradient_y"][case["non_decreasing"]] >= 0).all(), case["name"]
        lines.append(json.dumps(record(case, P, x, y, w, R), allow_nan=False))
    print("[\n" + ",\n".join(lines) + "\n]")


if __name__ == "__main__":
    main()

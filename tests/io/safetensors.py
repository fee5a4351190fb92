# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the icnn authors
"""safetensors and icnn networks by nothing but Python's struct, json and math, for tests against ours.

safetensors.py copy IN OUT       writes what IN holds again, the last tensor first, under a header of another style
safetensors.py value FILE X Y    prints f(x, y) of the network in FILE; X and Y are numbers with commas between them
"""

import json
import math
import struct
import sys

CODES = {"F64": "d", "F32": "f", "U8": "B"}


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length].decode("utf-8"))
    numbers = data[8 + length :]
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        code = CODES[entry["dtype"]]
        count = (end - begin) // struct.calcsize("<" + code)
        tensors[name] = (entry["dtype"], entry["shape"], struct.unpack(f"<{count}{code}", numbers[begin:end]))
    return metadata, tensors


def write(path, metadata, tensors):
    header, numbers = {}, b""
    for name in reversed(sorted(tensors)):
        dtype, shape, values = tensors[name]
        packed = struct.pack(f"<{len(values)}{CODES[dtype]}", *values)
        header[name] = {"shape": shape, "data_offsets": [len(numbers), len(numbers) + len(packed)], "dtype": dtype}
        numbers += packed
    header["__metadata__"] = metadata
    text = json.dumps(header, indent=1).encode("utf-8")
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + numbers)


def matrix(tensors, name):
    """The rows of a matrix, or a vector."""
    if name not in tensors:
        return None
    _, shape, values = tensors[name]
    if len(shape) == 1:
        return list(values)
    return [list(values[r * shape[1] : (r + 1) * shape[1]]) for r in range(shape[0])]


def times(rows, vector):
    return [math.fsum(w * v for w, v in zip(row, vector)) for row in rows]


def add(a, b):
    return b if a is None else a if b is None else [s + t for s, t in zip(a, b)]


def activation(text):
    name, _, rest = text.partition("(")
    p = float(rest[:-1]) if rest else 1.0
    return {
        "Identity": lambda t: t,
        "Relu": lambda t: max(t, 0.0),
        "Softplus": lambda t: (max(p * t, 0.0) + math.log1p(math.exp(-abs(p * t)))) / p,
        "Square": lambda t: t * t,
        "Tanh": math.tanh,
    }[name]


def value(metadata, tensors, x, y):
    """Equations 2 and 3 of Amos, Xu and Kolter, as they stand there."""
    get = lambda symbol, i: matrix(tensors, f"{symbol}[{i}]")
    options = {key[5:]: text for key, text in metadata.items() if key.startswith("icnn.")}
    depth = 1 + len([w for w in options["hidden"].split(",") if w])
    hidden = options["hidden_activations"].split(",")
    hidden = hidden * (depth - 2) if len(hidden) == 1 else hidden
    names = ([options["first_activation"]] + hidden if depth > 1 else []) + [options["output_activation"]]
    gate = activation("Softplus(1)" if options.get("gate") == "softplus" else "Relu")
    u, z = x, None
    for i in range(depth):
        gated_y = y
        if get("Wyu", i) is not None:
            gated_y = [a * b for a, b in zip(y, add(times(get("Wyu", i), u), get("by", i)))]
        s = get("b", i)
        if get("Wy", i) is not None:
            s = add(s, times(get("Wy", i), gated_y))
        if i > 0:
            if get("Wzu", i) is not None:
                z = [a * gate(b) for a, b in zip(z, add(times(get("Wzu", i), u), get("bz", i)))]
            s = add(s, times(get("Wz", i), z))
        if get("Wu", i) is not None:
            s = add(s, times(get("Wu", i), u))
        z = [activation(names[i])(t) for t in s]
        if get("Wt", i) is not None:
            step = add(times(get("Wt", i), u), get("bt", i))
            u = [activation(options["context_activation"])(t) for t in step]
    f = z[0]
    diagonal, low, bilinear, linear = (matrix(tensors, name) for name in ("D", "L", "C", "d"))
    if diagonal is not None:
        f += 0.5 * math.fsum(d * v * v for d, v in zip(diagonal, y))
    if low is not None:
        f += 0.5 * math.fsum(t * t for t in times(low, y))
    if bilinear is not None:
        linear = add(linear, times(bilinear, x))
    if linear is not None:
        f += math.fsum(a * b for a, b in zip(linear, y))
    return f


def numbers(text):
    return [float(word) for word in text.split(",") if word]


if __name__ == "__main__":
    if sys.argv[1] == "copy":
        write(sys.argv[3], *read(sys.argv[2]))
    else:
        print(repr(value(*read(sys.argv[2]), numbers(sys.argv[3]), numbers(sys.argv[4]))))

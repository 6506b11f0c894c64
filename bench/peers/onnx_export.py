#!/usr/bin/env python3
"""Writes a model that Switchyard saved (MMoE or AESM2 of protocol T1) as ONNX, in several forms, with the same weights.

FOLDER holds the bundle, the input rows and Switchyard's scores of them, as `scoring` of bench/Switchyard.Comparison writes them. All
experts are computed for all rows and masked afterwards: graphs have no sparse dispatch. The forms differ in how the experts are
computed; onnx_score.js measures all of them. Every form is also run in PyTorch; the largest difference to Switchyard's scores is printed.

Needs Debian's python3-torch, python3-onnx and python3-numpy.
"""

import argparse
import json
import math
import os
import struct

import settings

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("folder")
args = arguments.parse_args()
settings.apply(2)

import numpy  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

OPSET = 14


def weights(file):
    """Tensors of a safetensors file, by name."""
    with open(file, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        values = f.read()
    del header["__metadata__"]
    return {
        name: torch.from_numpy(numpy.frombuffer(values[slice(*t["data_offsets"])], "<f4").reshape(t["shape"]).copy())
        for name, t in header.items()
    }


class Experts(nn.Module):
    """Two layers of n experts; weights [n, in, out]. Mixes for several gates with weights [B, n]."""

    def __init__(self, tensors, prefix):
        super().__init__()
        self.n = len(tensors[f"{prefix}.0.weight"])
        for layer in (0, 1):
            for what in ("weight", "bias"):
                self.register_buffer(f"{what}{layer}", tensors[f"{prefix}.{layer}.{what}"])


class Stacked(Experts):
    """Batched products over stacked weights."""

    def mix(self, x, gates):
        hidden = torch.relu(torch.matmul(x.unsqueeze(0), self.weight0) + self.bias0)
        y = torch.relu(torch.matmul(hidden, self.weight1) + self.bias1)
        return [(gate.t().unsqueeze(2) * y).sum(0) for gate in gates]


class Wide(Experts):
    """First layer of all experts as one product, second ones one by one."""

    def __init__(self, tensors, prefix):
        super().__init__(tensors, prefix)
        n, inputs, hidden = self.weight0.shape
        self.register_buffer("wide", self.weight0.permute(1, 0, 2).reshape(inputs, n * hidden).contiguous())
        self.register_buffer("wide_bias", self.bias0.reshape(n * hidden).contiguous())

    def mix(self, x, gates):
        hidden = torch.relu(torch.addmm(self.wide_bias, x, self.wide)).chunk(self.n, 1)
        y = torch.stack([torch.relu(torch.addmm(self.bias1[k, 0], hidden[k], self.weight1[k])) for k in range(self.n)], 1)
        return [(gate.unsqueeze(2) * y).sum(1) for gate in gates]


class Single(Experts):
    """Every expert by itself."""

    def mix(self, x, gates):
        y = []
        for k in range(self.n):
            hidden = torch.relu(torch.addmm(self.bias0[k, 0], x, self.weight0[k]))
            y.append(torch.relu(torch.addmm(self.bias1[k, 0], hidden, self.weight1[k])))
        return [sum(gate[:, k:k + 1] * y[k] for k in range(self.n)) for gate in gates]


class Model(nn.Module):
    """ids [B, fields], numbered through over all tables; nodes [B, levels] -> probabilities [tasks, B]."""

    def __init__(self, tensors, experts):
        super().__init__()
        self.tensors = tensors
        self.experts = experts
        fields = sum(name.startswith("embedding.f") for name in tensors)
        self.register_buffer("table", torch.cat([tensors[f"embedding.f{f}"] for f in range(fields)]))
        self.width = fields * self.table.shape[1]
        self.tasks = sum(name.endswith("output.bias") for name in tensors)

    def forward(self, ids, nodes):
        logits = self.logits(F.embedding(ids, self.table).view(-1, self.width), nodes)
        return torch.cat([self.tower(t, h) for t, h in enumerate(logits)], 1).sigmoid().t()

    def tower(self, t, h):
        w = self.tensors
        hidden = torch.relu(torch.addmm(w[f"tower.{t}.hidden.0.bias"], h, w[f"tower.{t}.hidden.0.weight"]))
        return torch.addmm(w[f"tower.{t}.output.bias"], hidden, w[f"tower.{t}.output.weight"])


class Mmoe(Model):
    def __init__(self, tensors, experts):
        super().__init__(tensors, experts)
        self.bank = experts(tensors, "expert")
        self.register_buffer("gate", torch.cat([tensors[f"gate.{t}.weight"] for t in range(self.tasks)], 1))

    def logits(self, x, nodes):
        gates = torch.mm(x, self.gate).view(-1, self.tasks, self.bank.n).softmax(2)
        return self.bank.mix(x, [gates[:, t] for t in range(self.tasks)])


class AesGate(nn.Module):
    """Gate logits of all m members as [B, n, m], so that the softmax over members runs along the last axis; K = 1 + 1."""

    def __init__(self, tensors, prefix, members, indicators):
        super().__init__()
        self.m = members
        self.n = tensors[f"{prefix}.input"].shape[1] // members
        for name in ("input", "indicator"):
            w = tensors[f"{prefix}.{name}"]
            self.register_buffer(name, w.view(-1, members, self.n).permute(0, 2, 1).reshape(len(w), -1).contiguous())
        self.register_buffer("ids", torch.arange(self.n).view(1, -1))
        # Of a task layer, the indicator's last part is the same for all rows.
        self.indicators = indicators

    def product(self, h, u):
        return torch.mm(h, self.input) + torch.mm(u, self.indicator[:self.indicators])

    def weights(self, logits, own):
        """own: one-hot [B or 1, 1, m] of the own member."""
        logits = logits.view(-1, self.n, self.m)
        share = logits.log_softmax(2)
        first = (share * own).sum(2).argmax(1, keepdim=True)
        second = share.mean(2).argmax(1, keepdim=True)
        chosen = (self.ids == first) | (self.ids == second)
        return (logits * own).sum(2).masked_fill(~chosen, -math.inf).softmax(1)


class Aesm2(Model):
    def __init__(self, tensors, experts):
        super().__init__(tensors, experts)
        self.levels = [tensors[f"scenario_embedding.{i}.weight"] for i in range(sum(n.startswith("scenario_embedding.") for n in tensors))]
        width = self.levels[0].shape[1]
        self.gates = nn.ModuleList(AesGate(tensors, f"scenario.{i}.0.gate", len(v), (i + 1) * width) for i, v in enumerate(self.levels))
        self.banks = nn.ModuleList(experts(tensors, f"scenario.{i}.0.expert") for i in range(len(self.levels)))
        self.task_gate = AesGate(tensors, "task.0.gate", self.tasks, len(self.levels) * width)
        self.task_bank = experts(tensors, "task.0.expert")
        self.register_buffer("task_logits", torch.mm(tensors["task_embedding"], self.task_gate.indicator[len(self.levels) * width:]))
        self.register_buffer("task_own", torch.eye(self.tasks).unsqueeze(1))

    def logits(self, h, nodes):
        indicators = []
        for i, vectors in enumerate(self.levels):
            own = nodes[:, i]
            indicators.append(F.embedding(own, vectors))
            gate = self.gates[i]
            one_hot = (own.unsqueeze(1) == torch.arange(len(vectors), dtype=own.dtype)).float().unsqueeze(1)
            h, = self.banks[i].mix(h, [gate.weights(gate.product(h, torch.cat(indicators, 1)), one_hot)])
        shared = self.task_gate.product(h, torch.cat(indicators, 1))
        return self.task_bank.mix(h, [self.task_gate.weights(shared + self.task_logits[t], self.task_own[t:t + 1]) for t in range(self.tasks)])


def rows(name, kind, columns):
    return torch.from_numpy(numpy.fromfile(os.path.join(args.folder, name), kind).reshape(-1, columns))


def main():
    tensors = weights(os.path.join(args.folder, "bundle", "weights.safetensors"))
    kind = Aesm2 if "task_embedding" in tensors else Mmoe
    differences = {}
    for name, experts in {"stacked": Stacked, "wide": Wide, "single": Single}.items():
        model = kind(tensors, experts).eval()
        ids = rows("ids.i32", "<i4", model.width // model.table.shape[1])
        nodes = rows("nodes.i32", "<i4", 2)
        scores = rows("scores.f32", "<f4", len(ids))
        with torch.no_grad():
            differences[name] = (model(ids, nodes) - scores).abs().max().item()
            torch.onnx.export(
                model, (ids[:8], nodes[:8]), os.path.join(args.folder, f"{name}.onnx"), opset_version=OPSET,
                input_names=["ids", "nodes"], output_names=["scores"],
                dynamic_axes={"ids": {0: "rows"}, "nodes": {0: "rows"}, "scores": {1: "rows"}})
    print(f"torch {torch.__version__} exports opset {OPSET}, forms {', '.join(differences)}")
    print(json.dumps({"difference": max(differences.values()), "forms": differences}))


main()

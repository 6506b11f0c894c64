"""Golden cases of AITM, SAR-Net and M3oE: the equations of docs/models, row by row in double precision, with PyTorch's gradients.

Writes aitm*.json, sar-net*.json and m3oe*.json beside itself: python3 zoo.py
Parameters have the names, shapes and order of the model that is tested: [in, out] matrices, members stacked.
"""
import json
import math
import pathlib

import torch

torch.set_default_dtype(torch.float64)


def case(name, layer, config, shapes, forward, rows=10, width=5):
    """Draws inputs and parameters, computes outputs and gradients, writes the file."""
    random = torch.Generator().manual_seed(sum(map(ord, name)))

    def draw(*shape):
        return torch.randn(*shape, generator=random).float().double()

    tasks, scenarios = config["tasks"], config["scenarios"]
    x = draw(rows, width).requires_grad_()
    y = (torch.rand(rows, tasks, generator=random) < 0.5).double()
    scenario = torch.arange(rows) % scenarios
    scenario[-1] = -1  # unknown
    parameters = {k: (0.6 * draw(*shape)).float().double().requires_grad_() for k, shape in shapes.items()}
    logits, term = forward(x, scenario.tolist(), parameters, config)
    chance = torch.sigmoid(logits)
    columns = []
    for t, given in enumerate(config["given"]):
        columns.append(chance[:, t] if given < 0 else chance[:, t] * columns[given])
    p = torch.stack(columns, 1)
    loss = -(y * p.log() + (1 - y) * (1 - p).log()).mean(0).sum() + term(p)
    loss.backward()

    def tensor(t):
        return {"shape": list(t.shape), "data": [float(f"{v:.9g}") for v in t.detach().flatten().tolist()]}

    content = {
        "case": name,
        "layer": layer,
        "config": config,
        "inputs": {"x": tensor(x), "y": tensor(y), "scenario": tensor(scenario)},
        "parameters": {k: tensor(v) for k, v in parameters.items()},
        "outputs": {"logits": tensor(logits), "loss": tensor(loss.reshape(1))},
        "gradients": {"x": tensor(x.grad), **{k: tensor(v.grad) for k, v in parameters.items()}},
    }
    path = pathlib.Path(__file__).parent / (name + ".json")
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")


def dense(parameters, path, h, relu=True, member=0):
    """One layer of one member."""
    weight, bias = parameters[path + ".weight"], parameters[path + ".bias"]
    inputs = h.shape[0]
    z = h @ weight[member * inputs:(member + 1) * inputs] + bias[member]
    return torch.relu(z) if relu else z


def network(parameters, path, h, widths, member=0):
    for i in range(len(widths)):
        h = dense(parameters, f"{path}.{i}", h, member=member)
    return h


def tower(parameters, path, h, widths, member=0):
    h = network(parameters, path + ".hidden", h, widths, member)
    return dense(parameters, path + ".output", h, False, member)[0]


def add_network(shapes, path, inputs, widths, count=1):
    for i, width in enumerate(widths):
        shapes[f"{path}.{i}.weight"] = (count * inputs, width)
        shapes[f"{path}.{i}.bias"] = (count, width)
        inputs = width
    return inputs


def add_tower(shapes, path, inputs, widths, count=1):
    inputs = add_network(shapes, path + ".hidden", inputs, widths, count)
    shapes[path + ".output.weight"] = (count * inputs, 1)
    shapes[path + ".output.bias"] = (count, 1)


def members(own, count):
    """A row's members with their shares: its own, or all of them where it is unknown."""
    return [(own, 1.0)] if own >= 0 else [(m, 1.0 / count) for m in range(count)]


def own_gate(weight, h, own, count):
    """softmax of the own scenario's logits; of the mean of all where it is unknown."""
    logits = (h @ weight).reshape(count, -1)
    return torch.softmax(sum(share * logits[m] for m, share in members(own, count)), 0)


def aitm(x, scenario, parameters, config):
    def row(b):
        logits, z = [], None
        for t in range(config["tasks"]):
            q = network(parameters, f"task.{t}", x[b], config["task_widths"])
            if t == 0:
                z = q
            else:
                path = f"transfer.{t}"
                handed = dense(parameters, path + ".handed", z)
                value, key, query = (parameters[path + s] for s in (".value", ".gate.key", ".gate.query"))
                relevance = [torch.dot(u @ key, u @ query) / math.sqrt(len(u)) for u in (handed, q)]
                weights = torch.softmax(torch.stack(relevance), 0)
                z = weights[0] * (handed @ value) + weights[1] * (q @ value)
            if config["pairs"]:
                count = config["scenarios"]
                logits.append(sum(share * tower(parameters, f"tower.{t}", z, config["tower_widths"], m) for m, share in members(scenario[b], count)))
            else:
                logits.append(tower(parameters, f"tower.{t}", z, config["tower_widths"]))
        return torch.stack(logits)

    def calibrator(p):
        steps = [torch.clamp(p[:, t] - p[:, t - 1], min=0).mean() for t in range(1, p.shape[1]) if config["given"][t] != t - 1]
        return config["calibrator_weight"] * sum(steps)

    return torch.stack([row(b) for b in range(len(x))]), calibrator


def aitm_case(name, given, pairs):
    config = {"tasks": 3, "scenarios": 2, "given": given, "pairs": pairs, "task_widths": [6, 4], "tower_widths": [3], "calibrator_weight": 0.6,
              "loss": "mean over rows of sum over tasks of bce, and calibrator_weight times the calibrator"}
    shapes = {}
    for t in range(3):
        width = add_network(shapes, f"task.{t}", 5, config["task_widths"])
    for t in range(1, 3):
        add_network(shapes, f"transfer.{t}", width, [width])
        for kind in ("weight", "bias"):
            shapes[f"transfer.{t}.handed.{kind}"] = shapes.pop(f"transfer.{t}.0.{kind}")
        for part in ("value", "gate.key", "gate.query"):
            shapes[f"transfer.{t}.{part}"] = (width, width)
    for t in range(3):
        add_tower(shapes, f"tower.{t}", width, config["tower_widths"], 2 if pairs else 1)
    case(name, "aitm", config, shapes, aitm)


def sar_net(x, scenario, parameters, config):
    count, each = config["scenarios"], config["own_experts"]

    def row(b):
        factor = sum(share * parameters["transform.factor"][m] for m, share in members(scenario[b], count))
        shift = sum(share * parameters["transform.shift"][m] for m, share in members(scenario[b], count))
        h = x[b] * factor + shift
        logits = []
        for t in range(config["tasks"]):
            gate = own_gate(parameters[f"gate.{t}.weight"], h, scenario[b], count)
            mixed = 0
            for k in range(each):
                for m, share in members(scenario[b], count):
                    mixed = mixed + share * gate[k] * network(parameters, "scenario.expert", h, config["expert_widths"], m * each + k)
            for k in range(config["shared_experts"]):
                mixed = mixed + gate[each + k] * network(parameters, "shared.expert", h, config["expert_widths"], k)
            logits.append(tower(parameters, f"tower.{t}", mixed, config["tower_widths"]))
        return torch.stack(logits)

    return torch.stack([row(b) for b in range(len(x))]), lambda p: 0.0


def sar_net_case():
    config = {"tasks": 2, "scenarios": 3, "given": [-1, -1], "own_experts": 2, "shared_experts": 2, "expert_widths": [5, 4], "tower_widths": [3],
              "loss": "mean over rows of sum over tasks of bce"}
    shapes = {"transform.factor": (3, 5), "transform.shift": (3, 5)}
    add_network(shapes, "scenario.expert", 5, config["expert_widths"], 6)
    width = add_network(shapes, "shared.expert", 5, config["expert_widths"], 2)
    for t in range(2):
        shapes[f"gate.{t}.weight"] = (5, 3 * 4)
        add_tower(shapes, f"tower.{t}", width, config["tower_widths"])
    case("sar-net", "sar_net", config, shapes, sar_net)


def m3oe(x, scenario, parameters, config):
    count, tasks, widths = config["scenarios"], config["tasks"], config["expert_widths"]

    def balanced(kind, own, total):
        """Weights of the experts of all scenarios, or of all tasks."""
        w = torch.sigmoid(parameters[kind + ".gate.balance"][0, 0])
        one = lambda m: torch.stack([w if e == m else (1 - w) / (total - 1) for e in range(total)])
        return sum(share * one(m) for m, share in members(own, total))

    def aspect(kind, h, own, total):
        weights = balanced(kind, own, total)
        mixture = sum(weights[e] * network(parameters, kind + ".expert", h, widths, e) for e in range(total))
        return torch.sigmoid(parameters[kind + ".gate.share"][0, 0]) * mixture

    def row(b):
        star = 0
        inputs = x.shape[1]
        for m, share in members(scenario[b], count):
            weight = parameters["bottom.star.weight"][m * inputs:(m + 1) * inputs] * parameters["bottom.star.shared_weight"]
            bias = parameters["bottom.star.bias"][m] + parameters["bottom.star.shared_bias"][0]
            star = star + share * torch.relu(x[b] @ weight + bias)
        h = network(parameters, "bottom.hidden", star, config["bottom_widths"][1:]) + dense(parameters, "bottom.skip", x[b])
        logits = []
        for t in range(tasks):
            gate = own_gate(parameters[f"gate.{t}.weight"], h.detach(), scenario[b], count)
            fused = sum(gate[k] * network(parameters, "expert", h, widths, k) for k in range(config["experts"]))
            fused = fused + aspect("scenario", h, scenario[b], count) + aspect("task", h, t, tasks)
            logits.append(sum(share * tower(parameters, f"tower.{t}", fused, config["tower_widths"], m) for m, share in members(scenario[b], count)))
        return torch.stack(logits)

    return torch.stack([row(b) for b in range(len(x))]), lambda p: 0.0


def m3oe_case():
    config = {"tasks": 2, "scenarios": 3, "given": [-1, 0], "bottom_widths": [6, 4], "experts": 2, "expert_widths": [5, 4], "tower_widths": [3],
              "loss": "mean over rows of sum over tasks of bce, the second task given the first"}
    shapes = {"bottom.star.weight": (3 * 5, 6), "bottom.star.bias": (3, 6), "bottom.star.shared_weight": (5, 6), "bottom.star.shared_bias": (1, 6),
              "bottom.skip.weight": (5, 4), "bottom.skip.bias": (1, 4)}
    add_network(shapes, "bottom.hidden", 6, [4])
    width = add_network(shapes, "expert", 4, config["expert_widths"], 2)
    for kind, total in (("scenario", 3), ("task", 2)):
        add_network(shapes, kind + ".expert", 4, config["expert_widths"], total)
        shapes[kind + ".gate.balance"] = (1, 1)
        shapes[kind + ".gate.share"] = (1, 1)
    for t in range(2):
        shapes[f"gate.{t}.weight"] = (4, 3 * 2)
        add_tower(shapes, f"tower.{t}", width, config["tower_widths"], 3)
    case("m3oe", "m3oe", config, shapes, m3oe)


if __name__ == "__main__":
    aitm_case("aitm-independent-tasks", [-1, -1, -1], pairs=False)
    aitm_case("aitm-funnel-pairs", [-1, -1, 1], pairs=True)
    sar_net_case()
    m3oe_case()

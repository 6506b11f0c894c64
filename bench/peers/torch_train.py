#!/usr/bin/env python3
"""Training speed of MMoE and AESM2 in PyTorch (protocol T1: 19 columns, table of 30,360 x 16, batch 2048, two tasks, dense Adam),
and of the public benchmark's MovieLens configuration (a shared bottom; give it its --columns and --batch 4096).

Needs Debian's python3-torch and nothing else. Ids and labels are random: the speed does not depend on them.
A step is: gather the batch, forward, loss, backward, Adam on everything. rows/s is that of the median step after the warm-up.
Each model is written in several ways (how the experts are computed); all are measured and the fastest one counts.
"""

import argparse
import json
import math
import statistics
import time

import settings

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--threads", type=int, default=2, help="threads of OpenMP and OpenBLAS (default 2)")
arguments.add_argument("--models", nargs="+", default=["mmoe", "aesm2"], choices=["mmoe", "aesm2", "movielens"])
arguments.add_argument("--forms", nargs="+", default=None, help="only these forms, of: stacked wide dispatch")
arguments.add_argument("--batch", type=int, default=2048, help="rows a step (default 2048)")
arguments.add_argument("--rows", type=int, default=140726, help="rows of the training set (default T1's 140,726)")
arguments.add_argument("--columns", type=int, nargs="+", default=[22] * 17 + [24986, 5000], help="ids of every column")
arguments.add_argument("--sparse", action="store_true", help="sparse gradients and SparseAdam for the table, Adam for the rest")
arguments.add_argument("--warmup", type=int, default=15, help="steps before the clock starts (default 15)")
arguments.add_argument("--steps", type=int, default=85, help="steps measured (default 85)")
args = arguments.parse_args()
environment = settings.apply(args.threads)

import torch  # noqa: E402  (only after the environment is set)
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

torch.set_num_threads(args.threads)
torch.set_flush_denormal(True)

WIDTH = 16
EXPERTS = 6
HIDDEN, OUT = 128, 64
LEVELS = [8, 3]
TASKS = 2
LAMBDA = 1e-2


def uniform(*shape, fan_in):
    bound = 1 / math.sqrt(fan_in)
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))


class StackedExperts(nn.Module):
    """All experts as batched products over stacked weights; [B, D] -> [n, B, 64]."""

    def __init__(self, inputs):
        super().__init__()
        self.w1, self.b1 = uniform(EXPERTS, inputs, HIDDEN, fan_in=inputs), uniform(EXPERTS, 1, HIDDEN, fan_in=inputs)
        self.w2, self.b2 = uniform(EXPERTS, HIDDEN, OUT, fan_in=HIDDEN), uniform(EXPERTS, 1, OUT, fan_in=HIDDEN)

    def forward(self, x):
        hidden = torch.baddbmm(self.b1, x.expand(EXPERTS, -1, -1), self.w1).relu_()
        return torch.baddbmm(self.b2, hidden, self.w2).relu_()

    def mix(self, x, weights):
        """A list of weights [B, n] -> a list of mixtures [B, 64]. Product and sum take half the time of bmm or einsum here."""
        y = self(x)
        return [(w.t().unsqueeze(2) * y).sum(0) for w in weights]


class WideExperts(nn.Module):
    """The first layer of all experts as one wide product, the second one by one; [B, D] -> [B, n, 64]."""

    def __init__(self, inputs):
        super().__init__()
        self.first = nn.Linear(inputs, EXPERTS * HIDDEN)
        self.second = nn.ModuleList(nn.Linear(HIDDEN, OUT) for _ in range(EXPERTS))

    def forward(self, x):
        hidden = F.relu(self.first(x), inplace=True).chunk(EXPERTS, dim=1)
        return torch.stack([layer(h) for layer, h in zip(self.second, hidden)], dim=1).relu_()

    def mix(self, x, weights):
        y = self(x)
        return [(w.unsqueeze(2) * y).sum(1) for w in weights]


class DispatchedExperts(nn.Module):
    """Every expert on the rows that chose it; for gates with exact zeros."""

    def __init__(self, inputs):
        super().__init__()
        self.first = nn.ModuleList(nn.Linear(inputs, HIDDEN) for _ in range(EXPERTS))
        self.second = nn.ModuleList(nn.Linear(HIDDEN, OUT) for _ in range(EXPERTS))

    def mix(self, x, weights):
        mixed = []
        for w in weights:
            total = x.new_zeros(len(x), OUT)
            chosen = w.detach().t() > 0
            for expert in range(EXPERTS):
                rows = chosen[expert].nonzero().squeeze(1)
                hidden = F.relu(self.first[expert](x.index_select(0, rows)), inplace=True)
                y = F.relu(self.second[expert](hidden), inplace=True)
                total = total.index_add(0, rows, y * w[:, expert].index_select(0, rows).unsqueeze(1))
            mixed.append(total)
        return mixed


EXPERT_FORMS = {"stacked": StackedExperts, "wide": WideExperts, "dispatch": DispatchedExperts}


class Embeddings(nn.Module):
    """One table for all columns; the ids come with their column's offset."""

    def __init__(self, rows):
        super().__init__()
        self.table = nn.Parameter(torch.randn(rows, WIDTH) * 0.05)

    def forward(self, ids):
        return F.embedding(ids, self.table, sparse=args.sparse).flatten(1)


def tower():
    return nn.Sequential(nn.Linear(OUT, 64), nn.ReLU(inplace=True), nn.Linear(64, 1))


class Mmoe(nn.Module):
    def __init__(self, rows, columns, experts):
        super().__init__()
        self.embeddings = Embeddings(rows)
        self.experts = experts(columns * WIDTH)
        self.gates = nn.Linear(columns * WIDTH, TASKS * EXPERTS, bias=False)
        self.towers = nn.ModuleList(tower() for _ in range(TASKS))

    def forward(self, ids, nodes):
        x = self.embeddings(ids)
        weights = self.gates(x).view(-1, TASKS, EXPERTS).softmax(2).unbind(1)
        return [t(h).squeeze(1) for t, h in zip(self.towers, self.experts.mix(x, weights))], 0


class MovieLens(nn.Module):
    """Shared bottom of 128 over the columns and one number, a tower of 8 for every scenario, of which a row's own counts."""

    SCENARIOS = 3

    def __init__(self, rows, columns, experts):
        super().__init__()
        self.embeddings = Embeddings(rows)
        self.bottom = nn.Linear(columns * WIDTH + 1, 128)
        self.hidden = nn.Linear(128, self.SCENARIOS * 8)
        self.output = uniform(self.SCENARIOS, 8, fan_in=8)
        self.bias = uniform(self.SCENARIOS, fan_in=8)

    def forward(self, ids, nodes):
        number = nodes[:, :1].float()
        h = F.relu(self.bottom(torch.cat([self.embeddings(ids), number], 1)), inplace=True)
        h = F.relu(self.hidden(h), inplace=True).view(-1, self.SCENARIOS, 8)
        logits = (h * self.output).sum(2) + self.bias
        return [logits.gather(1, nodes[:, 1:]).squeeze(1)], 0


class AesGates(nn.Module):
    """Noisy gates of all nodes, the choice of one specific and one shared expert (K 1 + 1), weights and auxiliary terms."""

    def __init__(self, gates, inputs):
        super().__init__()
        self.gates = gates
        self.linear = nn.Linear(inputs, gates * EXPERTS, bias=False)

    def forward(self, h, u, own):
        logits = self.linear(torch.cat([h, u], 1)).view(-1, self.gates, EXPERTS)
        logits = logits + torch.randn_like(logits) * (1 / EXPERTS)
        log_share = logits.log_softmax(1)
        index = own.view(-1, 1, 1).expand(-1, 1, EXPERTS)
        specific, first = log_share.gather(1, index).squeeze(1).neg().min(1)
        shared, second = (-math.log(self.gates) - log_share.mean(1)).min(1)
        chosen = F.one_hot(first, EXPERTS) + F.one_hot(second, EXPERTS) > 0
        weights = logits.gather(1, index).squeeze(1).masked_fill(~chosen, -math.inf).softmax(1)
        return weights, specific.mean() + shared.mean()


class Aesm2(nn.Module):
    def __init__(self, rows, columns, experts):
        super().__init__()
        self.embeddings = Embeddings(rows)
        self.nodes = nn.ParameterList(nn.Parameter(torch.randn(m, WIDTH) * 0.05) for m in LEVELS)
        self.tasks = nn.Parameter(torch.randn(TASKS, WIDTH) * 0.05)
        widths = [columns * WIDTH] + [OUT] * len(LEVELS)
        self.experts = nn.ModuleList(experts(width) for width in widths)
        self.gates = nn.ModuleList(AesGates(m, widths[i] + (i + 1) * WIDTH) for i, m in enumerate([*LEVELS, TASKS]))
        self.towers = nn.ModuleList(tower() for _ in range(TASKS))

    def forward(self, ids, nodes):
        h = self.embeddings(ids)
        u, auxiliary = None, 0
        for level, own in enumerate(nodes.unbind(1)):
            node = F.embedding(own, self.nodes[level])
            u = node if u is None else torch.cat([u, node], 1)
            weights, terms = self.gates[level](h, u, own)
            h, = self.experts[level].mix(h, [weights])
            auxiliary = auxiliary + terms
        # The tasks enter the task layer with the same h, so its experts are computed once for both.
        chosen = []
        for task in range(TASKS):
            own = torch.full((len(h),), task)
            weights, terms = self.gates[-1](h, torch.cat([u, self.tasks[task].expand(len(h), -1)], 1), own)
            chosen.append(weights)
            auxiliary = auxiliary + terms / TASKS
        return [t(m).squeeze(1) for t, m in zip(self.towers, self.experts[-1].mix(h, chosen))], LAMBDA * auxiliary


def rows_per_second(model, ids, nodes, labels):
    tables = [model.embeddings.table] if args.sparse else []
    rest = [p for p in model.parameters() if not any(p is t for t in tables)]
    optimizers = [torch.optim.Adam(rest, lr=1e-3, foreach=False)]
    if args.sparse:
        optimizers.append(torch.optim.SparseAdam(tables, lr=1e-3))
    seconds = []
    position, order = 0, torch.randperm(len(ids))
    for _ in range(args.warmup + args.steps):
        if position + args.batch > len(ids):
            position, order = 0, torch.randperm(len(ids))
        start = time.perf_counter()
        rows = order[position:position + args.batch]
        x, own, y = ids[rows], nodes[rows], labels[rows]
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        logits, auxiliary = model(x, own)
        loss = auxiliary + sum(F.binary_cross_entropy_with_logits(z, y[:, task]) for task, z in enumerate(logits))
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        seconds.append(time.perf_counter() - start)
        position += args.batch
    assert math.isfinite(loss.item())
    return args.batch / statistics.median(seconds[args.warmup:])


def main():
    print(f"{settings.cpu()}; torch {torch.__version__}, {torch.get_num_threads()} threads, flush denormals on, {'SparseAdam for the table' if args.sparse else 'dense Adam'}; "
          + " ".join(f"{name}={value}" for name, value in environment.items()))
    torch.manual_seed(1)
    offset, columns = 0, []
    for size in args.columns:
        columns.append(torch.randint(offset, offset + size, (args.rows,)))
        offset += size
    ids = torch.stack(columns, 1)
    nodes = torch.stack([torch.randint(0, m, (args.rows,)) for m in LEVELS], 1)
    labels = (torch.rand(args.rows, TASKS) < 0.05).float()

    models = {"mmoe": (Mmoe, ["stacked", "wide"]), "aesm2": (Aesm2, ["stacked", "wide", "dispatch"]), "movielens": (MovieLens, ["wide"])}
    result = {"cpu": settings.cpu(), "threads": args.threads, "batch": args.batch, "rows_per_second": {}, "forms": {}}
    for name in args.models:
        model, forms = models[name]
        speeds = {}
        for form in forms:
            if args.forms is None or form in args.forms:
                speeds[form] = round(rows_per_second(model(offset, len(columns), EXPERT_FORMS[form]), ids, nodes, labels))
        result["forms"][name] = speeds
        result["rows_per_second"][name] = max(speeds.values())
    print(json.dumps(result))


main()

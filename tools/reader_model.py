"""The reader in torch: its form is that of `qa_bot.reader`, and it is fitted here.

The loss is cross-entropy over a question's sentences and "none of them". Of an answerable question the
sentences that answer are left out now and then, and nothing is right but "none of them": so the reader
learns what it looks like when the subject is there and the answer is not. Fitting goes from the large and
general to the small and own, as in Garg, Vu and Moschitti (2020, https://arxiv.org/abs/1911.04118): SQuAD
alone first, then everything. What is kept is the mean of the weights after the last epochs, after Izmailov et
al. (2018, https://arxiv.org/abs/1803.05407).
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from qa_bot.contextual import Layout, layout
from tools.transformer import WIDTH, Transformer

LAYER_RATE, HEAD_RATE, DECAY, BATCH, DROPOUT, HIDDEN = 5e-5, 1e-3, 0.01, 16, 0.1, 64
AVERAGED = 2  # the last epochs whose weights are averaged
WARM_UP = 0.06  # share of the steps in which the rates grow
ANSWER_GONE = 0.15  # share of answerable questions whose answer is left out in an epoch
WRONG_GONE = 0.15  # share of other sentences that are left out, the two best apart
_CLIP = 5.0
_FAR = 6.0  # deviations beyond which a feature says nothing more


@dataclass(frozen=True)
class Asked:
    """A question as the reader is given it: tokens of it and of n sentences in reading order, their features.

    ``gold``, (n,): which answer; ``best``: the places of the two sentences that the ranking has first.
    """

    question: list[int]
    sentences: list[list[int]]
    features: NDArray[np.float64]
    gold: NDArray[np.bool_]
    best: tuple[int, ...]
    answerable: bool


class Reader(nn.Module):
    """Scores of sentences, and of none of them."""

    def __init__(self, wheel: Path, features: NDArray[np.float64]) -> None:
        super().__init__()
        self.transformer = Transformer(wheel, DROPOUT)
        self.hide, self.tell = nn.Linear(2 * WIDTH, HIDDEN), nn.Linear(HIDDEN, 1)
        self.none_hide, self.none_tell = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, 1)
        self.sum = nn.Linear(features.shape[1], 1)
        self.drop = nn.Dropout(DROPOUT)
        self.mean, self.deviation = features.mean(axis=0), features.std(axis=0) + 1e-6

    def forward(self, texts: Sequence[Layout], features: Sequence[NDArray[np.float64]]) -> Any:
        """For each text the scores of its sentences and, last, that of none."""
        longest = max(len(text.ids) for text in texts)
        ids, types = np.zeros((2, len(texts), longest), dtype=np.int64)
        mask = np.zeros(ids.shape, dtype=np.float32)
        for row, text in enumerate(texts):
            ids[row, : len(text.ids)], types[row, : len(text.ids)] = text.ids, text.types
            mask[row, : len(text.ids)] = 1.0
        with torch.autocast("cpu", torch.bfloat16):
            states = self.transformer(*map(torch.from_numpy, (ids, types, mask))).float()
        return [
            self._scores(own, text, rows) for own, text, rows in zip(states, texts, features, strict=True)
        ]

    def _scores(self, states: Any, text: Layout, rows: NDArray[np.float64]) -> Any:
        means = torch.stack([states[begin:end].mean(0) for begin, end in text.spans])
        ends = states[[end - 1 for _, end in text.spans]]
        told = self.tell(torch.tanh(self.hide(self.drop(torch.cat([means, ends], -1)))))[:, 0]
        table = np.clip((rows - self.mean) / self.deviation, -_FAR, _FAR).astype(np.float32)
        told = told + self.sum(torch.from_numpy(table))[:, 0]
        return torch.cat([told, self.none_tell(torch.tanh(self.none_hide(self.drop(states[0]))))])

    def weights(self) -> dict[str, NDArray[Any]]:
        """The weights of `qa_bot.reader` beside the transformer's, by name."""
        state = {name: part.detach().numpy() for name, part in self.named_parameters()}
        rows = {name: state[f"{name}.weight"][0] for name in ("tell", "none_tell", "sum")}
        whole = {name: state[f"{name}.weight"] for name in ("hide", "none_hide")}
        biases = {f"{name}_bias": state[f"{name}.bias"] for name in (*rows, *whole)}
        return {"mean": self.mean, "deviation": self.deviation, **rows, **whole, **biases}


def fitted(wheel: Path, stages: Sequence[tuple[Sequence[Asked], int]]) -> Reader:
    """A reader fitted on questions, stage by stage, each with its number of epochs.

    Questions whose answer is not among their sentences are left out.
    """
    torch.manual_seed(0)
    torch.set_num_threads(2)
    chance = random.Random(0)
    model = Reader(wheel, np.vstack([asked.features for cases, _ in stages for asked in cases]))
    ends: list[dict[str, Any]] = []
    for cases, epochs in stages:
        told = [case for case in cases if case.gold.any() or not case.answerable]
        ends = list(_epochs(model, told, epochs, chance))[-AVERAGED:]
    model.load_state_dict({name: sum(end[name] for end in ends) / len(ends) for name in ends[0]})
    model.eval()
    return model


def scored(model: Reader, case: Asked) -> NDArray[np.float64]:
    """The score of each of a question's sentences, above 0 where it answers rather than none."""
    with torch.no_grad():
        (found,) = model([layout(case.question, case.sentences)], [case.features])
    return np.asarray((found[:-1] - found[-1]).numpy(), dtype=np.float64)


def _epochs(
    model: Reader, cases: Sequence[Asked], epochs: int, chance: random.Random
) -> Iterator[dict[str, Any]]:
    """Fit the model on questions; its weights after each epoch."""
    layers = list(model.transformer.layers.parameters())
    head = [part for name, part in model.named_parameters() if not name.startswith("transformer.")]
    rates = ((layers, LAYER_RATE), (head, HEAD_RATE))
    optimizer = torch.optim.AdamW([{"params": part} for part, _ in rates], weight_decay=DECAY)
    steps, step, began = epochs * -(-len(cases) // BATCH), 0, time.monotonic()
    model.train()
    for _ in range(epochs):
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
        yield {name: part.detach().clone() for name, part in model.state_dict().items()}


def _batches(cases: Sequence[Asked], chance: random.Random) -> Iterator[list[Asked]]:
    """Questions at random, those of like size together, so that little is padded."""
    shuffled = list(cases)
    chance.shuffle(shuffled)
    batches = []
    for start in range(0, len(shuffled), 16 * BATCH):
        part = sorted(shuffled[start : start + 16 * BATCH], key=lambda case: sum(map(len, case.sentences)))
        batches += [part[at : at + BATCH] for at in range(0, len(part), BATCH)]
    chance.shuffle(batches)
    yield from batches


def _loss(model: Reader, batch: Sequence[Asked], chance: random.Random) -> Any:
    shown = [_shown(case, chance) for case in batch]
    texts = [
        layout(case.question, [case.sentences[row] for row in rows])
        for case, rows in zip(batch, shown, strict=True)
    ]
    found = model(texts, [case.features[rows] for case, rows in zip(batch, shown, strict=True)])
    loss = torch.tensor(0.0)
    for case, rows, scores in zip(batch, shown, found, strict=True):
        gold = torch.from_numpy(np.append(case.gold[rows], not case.gold[rows].any()))
        loss = loss + torch.logsumexp(scores, 0) - torch.logsumexp(scores[gold], 0)
    return loss / BATCH


def _shown(case: Asked, chance: random.Random) -> list[int]:
    """Some of a question's sentences, in their order."""
    rows = range(len(case.sentences))
    if case.answerable and not case.gold.all() and chance.random() < ANSWER_GONE:
        return [row for row in rows if not case.gold[row]]
    return [row for row in rows if case.gold[row] or row in case.best or chance.random() > WRONG_GONE]

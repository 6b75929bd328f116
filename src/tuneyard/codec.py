"""Text to tokens and back as both are *within* a text: what an answer is to its prompt.

A tokenizer by itself takes every text for the beginning of one. Many then put a space before it
and take one off when they decode, so that an answer's own leading space is lost; and they turn a
text that happens to be spelt like a special token into that token, which decoding skips. Pure: a
tokenizer object comes in, transformers is not imported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from weakref import WeakKeyDictionary

_PROBE: Final = "a"
_OUTSIDE_ASCII: Final = "é"


class Codec:
    """A tokenizer's view of text that other text stands before.

    Attributes:
        lead: the tokens that the tokenizer puts before every text: beginning-of-sequence, or none.
        special: the ids of special tokens by their text.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._inner = _inner(tokenizer)
        self._vocabulary: dict[str, int] = tokenizer.get_vocab()
        self.special = {
            str(token): number
            for number, token in tokenizer.added_tokens_decoder.items()
            if token.special
        }
        self._texts = re.compile(
            "(" + "|".join(map(re.escape, sorted(self.special, key=len, reverse=True))) + ")"
            if self.special
            else r"(?!)()"
        )
        self._exact = self._spelt(_OUTSIDE_ASCII) is not None
        # Where characters cannot be spelt, the unknown token stands for them.
        spared = () if self._exact else (tokenizer.unk_token_id,)
        self._never = frozenset(self.special.values()).difference(spared)
        plain, full = self._start(_PROBE), list(tokenizer(_PROBE)["input_ids"])
        places = range(len(full) - len(plain) + 1)
        self.lead = full[: next((n for n in places if full[n : n + len(plain)] == plain), 0)]

    def encode(self, text: str) -> list[int]:
        """Return ordinary tokens that ``decode`` gives back as this text.

        They are the tokenizer's own wherever those do; what they lose (characters that it
        replaces, or that it reads as special tokens) is spelt in smaller parts, at last in bytes.
        A tokenizer without tokens for all bytes may still lose characters.
        """
        if self._inner is None:
            ids = self._start(text)
        else:
            ids = list(self._inner.encode(text, add_special_tokens=False).ids)
        plain = not self._never.intersection(ids)
        if plain and (not self._exact or self.decode(ids) == text):
            return ids
        if len(text) > 1:
            half = len(text) // 2
            cut = text.rfind(" ", 1, half + 1)  # where tokens begin by themselves, if possible
            cut = cut if cut > 0 else half
            return self.encode(text[:cut]) + self.encode(text[cut:])
        return self._spelt(text) or ids

    def decode(self, ids: list[int]) -> str:
        """Return the text of tokens within a text, special ones spelt out."""
        if self._inner is not None:
            return str(self._inner.decode(ids, skip_special_tokens=False))
        return str(
            self._tokenizer.decode(
                ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
            )
        )

    def encode_start(self, text: str) -> list[int]:
        """Return the tokens of a text that nothing stands before, none of them special."""
        ids = self._start(text)
        return self.encode(text) if self._never.intersection(ids) else ids

    def parts(self, text: str) -> Iterator[tuple[str, int | None]]:
        """Yield the parts of a text, and the id of those that are spelt like a special token."""
        for part in self._texts.split(text):
            if part:
                yield part, self.special.get(part)

    def _start(self, text: str) -> list[int]:
        options = {"add_special_tokens": False, "split_special_tokens": True}
        return list(self._tokenizer(text, **options)["input_ids"])

    def _spelt(self, character: str) -> list[int] | None:
        """Return a character as the tokens of its bytes, where the vocabulary has them."""
        try:
            data = character.encode("utf-8")
        except UnicodeEncodeError:  # a lone surrogate, which no tokenizer takes
            return None
        for names in ([f"<0x{byte:02X}>" for byte in data], [_BYTE_SIGNS[byte] for byte in data]):
            ids = [self._vocabulary[name] for name in names if name in self._vocabulary]
            if len(ids) == len(data) and self.decode(ids) == character:
                return ids
        return None


def codec_of(tokenizer: Any) -> Codec:
    """Return a tokenizer's codec, made once."""
    found = _CODECS.get(tokenizer)
    if found is None:
        found = _CODECS[tokenizer] = Codec(tokenizer)
    return found


_CODECS: WeakKeyDictionary[Any, Codec] = WeakKeyDictionary()


def _inner(tokenizer: Any) -> Any:
    """Return a copy of the tokenizer's backend that treats no text as the beginning of one.

    None for a tokenizer written in Python, which has none.
    """
    if not getattr(tokenizer, "is_fast", False):
        return None
    backend = tokenizer.backend_tokenizer
    facts = json.loads(backend.to_str())
    for part in ("normalizer", "pre_tokenizer", "decoder"):
        facts[part] = _without_prefix(facts[part])
    for token in facts["added_tokens"]:
        token["lstrip"] = token["rstrip"] = False  # they would eat the spaces beside them
    facts |= {"post_processor": None, "truncation": None, "padding": None}
    copy = type(backend).from_str(json.dumps(facts))
    copy.encode_special_tokens = True  # that is: as ordinary text
    return copy


def _without_prefix(part: Any) -> Any:
    """Return a component without the space that it puts before a text, or takes off one."""
    if not isinstance(part, dict):
        return part
    kind = part["type"]
    if kind == "Sequence":
        name = next(key for key in part if key != "type")
        inner = [_without_prefix(each) for each in part[name]]
        return {**part, name: [each for each in inner if each is not None]}
    # The normaliser named Strip has other fields, and belongs to what the tokenizer loses.
    if kind == "Prepend" or (kind == "Strip" and part.get("content") == " "):
        return None
    if kind == "Metaspace":
        return {**part, "prepend_scheme": "never"}
    if kind == "ByteLevel":
        return {**part, "add_prefix_space": False}
    return part


def _byte_signs() -> list[str]:
    """Return the character that stands for each byte in byte-level vocabularies."""
    own = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in own else next(others)) for byte in range(256)]


_BYTE_SIGNS: Final = _byte_signs()

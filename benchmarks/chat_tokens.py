"""Holds chat prompts against transformers' ``apply_chat_template`` on random conversations.

    python benchmarks/chat_tokens.py ./model OWNER/NAME … [--count 2000] [--seed 0]

For each tokenizer: how many conversations have other tokens (there should be none), how many of
their turns are not ended by a trained token, and the processor time a conversation beside that of
the library's own call. Conversations spell no special token: those stay text, on purpose.
"""

from __future__ import annotations

import argparse
import random
import time
from typing import Any

from tuneyard.encoding import encode
from tuneyard.prompts import CHAT, Turn

PIECES = ["def f(n):", " return", " ", "    ", "\n", "\n\n", "\t", "\r\n", "▁", "é", "e\u0301",
          "😀", "की", "assistant\n", "user", "model", "7", "{{ x }}", "```\n"]  # fmt: skip


def text(draw: random.Random) -> str:
    """Return a text that is not blank."""
    parts = [
        draw.choice(PIECES) if draw.random() < 0.8 else chr(draw.randrange(32, 0xD800))
        for _ in range(draw.randrange(1, 20))
    ]
    return "".join(parts) if "".join(parts).strip() else text(draw)


def conversation(draw: random.Random) -> tuple[Turn, ...]:
    """Return one to five questions with their answers."""
    roles = ("user", "assistant") * draw.randrange(1, 6)
    return tuple(Turn(role, text(draw)) for role in roles)


def check(tokenizer: Any, count: int, seed: int) -> str:
    """Return what random conversations show of a tokenizer."""
    draw = random.Random(seed)
    encoding = CHAT.encoding(tokenizer)
    others = unended = 0
    ours = theirs = 0.0
    for _ in range(count):
        turns = conversation(draw)
        began = time.process_time()
        found = encode(encoding, turns[:-1], turns[-1].content, 10**9)
        middle = time.process_time()
        own = tokenizer.apply_chat_template(
            [{"role": turn.role, "content": turn.content} for turn in turns], return_dict=False
        )
        ours, theirs = ours + middle - began, theirs + time.process_time() - middle
        others += found.input_ids != list(own)
        trained = zip(found.input_ids, found.completion_mask, strict=True)
        ends = sum(mask for token, mask in trained if token == encoding.end)
        unended += ends != len(turns) // 2
    return (
        f"{count:,} conversations: {others} with other tokens, {unended} with other ends; "
        f"{1e3 * ours / count:.2f} ms each, the library's call {1e3 * theirs / count:.2f} ms"
    )


def main() -> None:
    """Check each tokenizer that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    from transformers import AutoTokenizer

    for name in options.models:
        tokenizer = AutoTokenizer.from_pretrained(name)
        print(f"{name}: {check(tokenizer, options.count, options.seed)}", flush=True)


if __name__ == "__main__":
    main()

"""A registered adapter folded into its base: a model of its own, if it answers as the two do."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuneyard.config import Decoding, Model
from tuneyard.errors import UserError
from tuneyard.tracking.fetch import fetch_model, new_folder
from tuneyard.tracking.package import Answer, Opened, open_package


def merge(name: str, reference: str | int, *, uri: str, to: Path | str) -> str:
    """Write a registered adapter merged into its base to the folder ``to``; return a sentence.

    The instructions that the version keeps are answered before and after, greedily: the folder
    appears only where all answers are the same.

    Args:
        name, reference: see ``fetch_model``.

    Raises:
        UserError: as ``fetch_model``; the base is not here, or is quantised; or an answer changed.
    """
    target = Path(to)
    with new_folder(target) as scratch:
        ref = fetch_model(name, reference, uri=uri, to=scratch / "adapter")
        opened = open_package(ref, uri, scratch / "package")
        if opened.model.held.config is not None:
            raise UserError(
                "an adapter cannot be merged into quantised weights without changing its answers",
                where=f"models:/{name}/{ref.version}",
                value=opened.model.quantization,
                remedy="serve it unmerged: tuneyard registry pull",
            )
        _merge(ref.path, opened, scratch / "merged")
        shutil.move(scratch / "merged", target)
    same = f"{len(opened.answers)} answers are the same merged and unmerged"
    return f"{target}: version {ref.version} of {ref.name} merged into {ref.base_path}; {same}"


def _merge(adapter: Path, opened: Opened, target: Path) -> None:
    from tuneyard.generate.answerer import Answerer

    apart = Answerer(opened.model, adapter, engine=opened.decoding.engine, merge=False)
    before = _texts(apart, opened.model, opened.decoding, opened.answers)
    merged = apart.network.merge_and_unload()
    merged.save_pretrained(str(target))
    apart.tokenizer.save_pretrained(str(target))
    model = opened.model.model_copy(update={"path": str(target), "revision": None})
    whole = Answerer(model, engine=opened.decoding.engine)
    after = _texts(whole, model, opened.decoding, opened.answers)
    changed = [
        one for one, old, new in zip(opened.answers, before, after, strict=True) if old != new
    ]
    if changed:
        raise UserError(
            f"merged, {len(changed)} of {len(before)} answers are others than unmerged",
            where="merge",
            value=changed[0].instruction,
            remedy="serve it unmerged (tuneyard registry pull): rounding to "
            f"{opened.model.quantization} changes it",
        )


def _texts(answerer: Any, model: Model, decoding: Decoding, answers: Sequence[Answer]) -> list[str]:
    asked = [model.wording.asked(one.instruction, one.input) for one in answers]
    return [found.text for found in answerer.generate(asked, decoding)]

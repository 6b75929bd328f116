"""Settings of DPO's preference pairs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from tuneyard.config.base import MOST, Strict, one_of
from tuneyard.config.data import columns_of
from tuneyard.config.rows import Rows, Split
from tuneyard.prompts import BARE, TEXTS, Prompt

PAIR_COLUMNS = ["prompt", "input", "chosen", "rejected", "id"]
"""What a preference row is read from."""


_PROMPTS = {**TEXTS, BARE.name: BARE}
_READ = {"from_", "columns", "split", "prompt"}
"""What decides pairs that are read, beside their rows."""


class Pairs(Strict):
    """Where DPO's preference pairs come from."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: Literal["policy", "base", "file"] = Field(default="policy", alias="from")
    """policy: answers of the policy that DPO starts from; base: answers of the base model, whatever
    the arm; file: ready-made rows, from ``rows``."""
    rows: Rows | None = None
    """from file: a file or hub data set of {prompt, chosen, rejected}, and perhaps an ``input``."""
    columns: Annotated[dict[str, str], columns_of(PAIR_COLUMNS)] = {}
    """from file: which column holds what, ``{prompt: …, input: …, chosen: …, rejected: …, id: …}``;
    what is not named is looked for under its own name."""
    split: Split | None = None
    """from file: train on a part, keep the ``validation`` rows apart; None: train on all."""
    prompt: Annotated[str, one_of("prompt format", _PROMPTS)] | None = None
    """The prompt format to train on; None: the model's own, which inference uses. Another one, such
    as ``bare`` (the thesis: no format), makes training and inference differ, and is said loudly."""
    verify: Literal["execution", "exact_match", "none"] = "execution"
    """What makes an answer a good one; none: every answer is a rejected one, and the data's
    reference the chosen one (``{from: base, verify: none}`` is the thesis's way)."""
    chosen: Literal["sampled_or_reference", "sampled", "reference"] = "sampled_or_reference"
    """The preferred answer: a verified sample, the data's reference, or whichever there is."""
    samples: int = Field(default=4, ge=1, le=10_000)
    """Answers drawn for each prompt."""
    temperature: float = Field(default=1.0, ge=0, le=100)
    """0: greedy; then there is one answer to a prompt, and ``samples`` is 1."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    prompts: int | None = Field(default=None, ge=1, le=MOST)
    """Prompts used of each data set's training split; None: all."""
    max_pairs_per_prompt: int = Field(default=1, ge=1, le=MOST)

    @model_validator(mode="after")
    def _fits(self) -> Pairs:
        if (self.from_ == "file") != (self.rows is not None):
            raise ValueError(
                "'rows' goes with 'from: file', and only with it; add the one, or drop the other"
            )
        if self.from_ != "file" and (self.columns or self.split):
            raise ValueError("'columns' and 'split' go with 'from: file'; drop them")
        if self.split is not None and self.split.test:
            raise ValueError("preference rows have no test split; name train and validation only")
        if self.verify == "none" and self.chosen == "sampled":
            raise ValueError(
                "no answer is known to be good for 'chosen: sampled'; set 'verify: execution'"
            )
        if self.from_ == "file":
            sampling = type(self).model_fields.keys() - {*_READ, "rows"}
            for name in sorted(sampling):
                if getattr(self, name) != type(self).model_fields[name].default:
                    raise ValueError(
                        f"{name!r} has no effect on pairs that are read; drop it, or take "
                        "'from: policy'"
                    )
        elif self.temperature == 0 and self.samples > 1:
            raise ValueError("temperature 0 gives one answer to a prompt; set 'samples: 1'")
        elif self.temperature == 0 and self.top_p != 1:
            raise ValueError("temperature 0 takes the likeliest token; drop 'top_p'")
        return self

    @property
    def wording(self) -> Prompt | None:
        """The prompt format to train on, where it is not the model's own."""
        return None if self.prompt is None else _PROMPTS[self.prompt]

    @property
    def verifies(self) -> bool:
        """Tell whether answers are sampled and told apart by being run."""
        return self.from_ != "file" and self.verify == "execution"

    def relevant(self) -> dict[str, Any]:
        """Return what decides the pairs: rows that are read know nothing of sampling."""
        if self.from_ == "file":
            return self.model_dump(include=_READ)
        return self.model_dump(exclude={"rows", "columns", "split"})

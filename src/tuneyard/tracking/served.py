"""A registered adapter as MLflow's pyfunc: instructions in, answers out, as the study gave them.

``CODE`` is the model's code file. It is short: the tuneyard that is installed where a version is
loaded answers for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

CODE_FILE = "served.py"
CODE = '''\
"""A LoRA adapter registered by tuneyard, which has to be installed where this is loaded."""

from mlflow.models import set_model

from tuneyard.tracking.served import served

set_model(served())
'''
ADAPTER, ANSWERS, STUDY = "adapter", "answers", "study"
"""Names of the model's artifacts."""
INPUTS = "inputs"
"""The parameter of a prediction that holds what the instructions are about."""


def served() -> Any:
    """Return the model, of which MLflow says later where its files are."""
    from mlflow.pyfunc import PythonModel

    class Served(PythonModel):  # type: ignore[misc]  # MLflow is not typed
        """Answers instructions greedily, or as the version's settings say."""

        def load_context(self, context: Any) -> None:
            self.answerer, self.wording, self.decoding = _loaded(context)

        def predict(
            self, context: Any, model_input: list[str], params: dict[str, Any] | None = None
        ) -> list[str]:
            """Return an answer to each instruction.

            Args:
                params: ``inputs``: what each instruction is about, where data keep the two apart.
            """
            about = list((params or {}).get(INPUTS) or [])
            if about and len(about) != len(model_input):
                raise ValueError(f"{len(model_input)} instructions but {len(about)} inputs")
            asked = [
                self.wording.asked(one, more)
                for one, more in zip(model_input, about or [""] * len(model_input), strict=True)
            ]
            return [answer.text for answer in self.answerer.generate(asked, self.decoding)]

    return Served()


def _loaded(context: Any) -> tuple[Any, Any, Any]:
    """Load the base with the adapter; return what answers, the prompt and the decoding."""
    from tuneyard.config import Decoding, Model
    from tuneyard.generate.answerer import Answerer

    settings = context.model_config
    model = Model.model_validate(settings["model"])
    if settings.get("path"):
        model = model.model_copy(update={"path": settings["path"]})
    decoding = Decoding.model_validate(settings["decoding"])
    answerer = Answerer(
        model,
        Path(context.artifacts[ADAPTER]),
        engine=decoding.engine,
        threads=settings.get("threads"),
        device=settings.get("device"),
    )
    return answerer, model.wording, decoding

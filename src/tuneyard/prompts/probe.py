"""Whether a chat template writes what is said: tried with words that stand in none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tuneyard.errors import UserError
from tuneyard.prompts.turns import Turn

Render = Callable[[Sequence[Turn], bool], str]
"""Returns turns as text, and whether with what stands before the model's next turn."""

# Has what a filter would change: case, quotes, line ends, spaces, brackets.
_TEXT = "{} of <b>\"Vq\" & 'Kz'</b>:\n\n    x = {{1}}  # ü \\n"


def check_written(render: Render, where: str, rounds: int = 1) -> None:
    """Refuse a template that does not write questions, and the answer, as they are.

    Outer space may go, and a question may come twice: training and inference do the same. What
    becomes of the model's earlier turns is seen where they are trained.

    Args:
        where: the setting, for messages.
        rounds: of question and answer in the conversation that it is tried with.

    Raises:
        UserError: see above.
    """
    roles = ("user", "assistant") * rounds
    words = [f"Vqkz{role}{number}" for number, role in enumerate(roles)]
    turns = [Turn(role, _TEXT.format(word)) for role, word in zip(roles, words, strict=True)]
    opened, closed = render(turns[:-1], True), render(turns, False)
    for turn, word in zip(turns, words, strict=True):
        last = turn is turns[-1]
        text = closed if last else opened
        count = text.count(turn.content)
        if count == 1 or (count and not last) or (turn.role == "assistant" and not last):
            continue
        does = "changes" if word.lower() in text.lower() else "leaves out"
        raise UserError(
            f"a chat template {'writes twice' if count else does} "
            f"{'the answer' if last else 'a question'}, so that a model is not trained on, "
            "or asked, what the data say",
            where=where,
            value=text,
            remedy="write {{ message.content }} of each message, as it is and once; or choose "
            "another prompt format",
        )

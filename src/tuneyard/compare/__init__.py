"""Two or more score sets → tables, paired tests, figures and the report."""

from tuneyard.compare.inputs import Cell, Curve, StudyInputs, System, Trained
from tuneyard.compare.measures import headline_values, means
from tuneyard.compare.questions import questions_of
from tuneyard.compare.report import add_decision, write_report
from tuneyard.compare.summary import Summary, summarise
from tuneyard.compare.terminal import terminal_table

__all__ = [
    "Cell",
    "Curve",
    "StudyInputs",
    "Summary",
    "System",
    "Trained",
    "add_decision",
    "headline_values",
    "means",
    "questions_of",
    "summarise",
    "terminal_table",
    "write_report",
]

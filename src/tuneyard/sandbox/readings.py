"""Which of its tests' files an answer reads: what its reference does not look at is not for it.

That a file is read shows in its dates, by whatever means and in whatever process: before a call
they are set so that the kernel notes the next reading. Where it does not, nothing is known of a
reference either, and nothing is refused.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePath
from types import CodeType
from typing import Any

from tuneyard.sandbox.capability import names_in, walk

REASON = "reads a file of its tests that the reference does not"
KNOWN = "."
"""The entry that says that what a reference reads is known: it may be nothing."""
_ALL = "/"
_INERT = re.compile(r"__(?:init|new|post_init|repr|str|eq|hash|lt)__$|(?!__)")
_LATER = ("__next__", "__anext__", "__enter__", "__aenter__")
_MOST = 1_000  # elements of a list that are looked at for paths
_MANY = 200  # files of which no list is kept
_FEW = 100  # own files that are no list of all that may be in another
_utime, _lstat, _getcwd, _fsdecode = os.utime, os.lstat, os.getcwd, os.fsdecode
_normal, _real, _join = os.path.normpath, os.path.realpath, os.path.join
_PATHS = (str, bytes, type(PurePath()), type(Path()))
_FILES = (
    *(io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.FileIO),
    tempfile._TemporaryFileWrapper,
)
Tree = Mapping[str, tuple[Any, ...]]


def may_read_later(program: CodeType) -> bool:
    """Say whether objects of a program's classes may read where no call shows."""
    return not names_in(program).isdisjoint(("property", "cached_property")) or any(
        not _INERT.match(code.co_name) for code in walk(program)
    )


class Readings:
    """What of its tests' files one answer reads, links or moves while it is called.

    Args:
        tests: the text of the tests.
        allowed: what the reference does, as ``found`` says it; None: this is the reference.

    Attributes:
        found: what was read and is not allowed, by its path without names made up at run time. Of
            a reference also the folders that it lists, with a stroke at the end.
    """

    def __init__(self, tests: str, allowed: Collection[str] | None = None) -> None:
        self.found: set[str] = set()
        self._tests, self._root = tests, _getcwd()
        self._trying = allowed is None
        self._allowed = frozenset(allowed or ())
        self._blind = not self._trying and KNOWN not in self._allowed
        self._depth = 0
        self._given: set[str] = set()
        self._own: set[bytes] = set()
        self._noted: dict[str, tuple[int, ...]] = {}
        self._theirs: Collection[str] = ()

    @property
    def all(self) -> list[str]:
        """What a reference reads, and that this is known, if it is."""
        return [] if self._blind or len(self.found) > _MANY else [*sorted(self.found), KNOWN]

    def judge(self) -> None:
        """Refuse an answer that reads what its reference does not; once, after its tests.

        Raises:
            AssertionError: it does.
        """
        if self.found:
            raise AssertionError(f"{REASON}: {min(self.found)}")

    def lose(self) -> None:
        """Find out no more: of a reference nothing is known then."""
        self._blind = True

    def gives(self, result: Any) -> None:
        """Look at what a reference gives: it may read when no call of it shows that."""
        kind = type(result)
        if self._trying and kind not in _PATHS and any(hasattr(kind, name) for name in _LATER):
            self.lose()

    def own(self, files: Iterable[tuple[Any, ...]]) -> None:
        """Note what is in the answer's own files, which tests may copy."""
        self._own.update(one[-1] for one in files if one[0] == "file")

    def before(
        self,
        tree: Tree,
        stats: dict[str, os.stat_result],
        theirs: Collection[str],
        given: Iterable[Any],
    ) -> list[tuple[str, os.stat_result]]:
        """Set the dates of the tests' files; to be called before a function of the answer's is.

        Args:
            tree: what there is.
            stats: its dates, as they were before anybody looked at it.
            theirs: the paths of what is the tests'.
            given: what the function is given.

        Returns:
            What now has other dates, with these.
        """
        if self._blind:
            return []
        if self._depth and self._trying:  # from within another call, which may have read
            self._compare(tree, tree, stats)
        self._depth += 1
        self._theirs = theirs
        changed = []
        if not self._trying:
            self._give(given, 0)
        for path in (self._root, *theirs) if self._trying else theirs:
            one = tree.get(path, ("folder",))
            if one[0] != "file" and (one[0] != "folder" or not self._trying):
                continue
            stat = stats.get(path)
            if stat is None or self._noted.get(path) == _dates(stat):
                continue
            if not self._trying and self._may(path, one):
                self._noted.pop(path, None)
                continue
            try:
                _utime(path, ns=(stat.st_atime_ns - 1, stat.st_mtime_ns))
                stat = _lstat(path)
            except OSError:
                self.lose()
                break
            self._noted[path] = _dates(stat)
            changed.append((path, stat))
        return changed

    def after(self, before: Tree, now: Tree, stats: dict[str, os.stat_result]) -> None:
        """Find out what was read; to be called after the function."""
        if self._blind:
            return
        self._depth -= 1
        self._compare(before, now, stats)
        for path, one in now.items():
            if one[0] == "link" and before.get(path) != one:
                target = _real(path)
                if target.startswith(f"{self._root}/") and (
                    target in self._theirs or target not in now
                ):
                    self._see(target, before.get(target, ("",)))

    def _compare(self, before: Tree, now: Tree, stats: dict[str, os.stat_result]) -> None:
        made = {stats[path].st_ino for path in now if path not in before}
        for path, noted in self._noted.items():
            one = before.get(path, ("folder",) if path == self._root else None)
            if one is None:
                continue
            stat = stats.get(path)
            dates = None if stat is None else _dates(stat)
            if self._trying:
                seen = dates is None or (
                    dates[1] != noted[1] if one[0] == "folder" else dates != noted
                )
            elif dates is None or dates[0] != noted[0]:
                seen = noted[0] in made  # moved, not only removed
            else:
                # Whoever sets the dates back changes that of the change.
                same = before.get(path) == now.get(path)
                seen = dates[1] != noted[1] or dates[3] > noted[3] or (dates != noted and same)
            if seen:
                self._see(path, one)

    def _see(self, path: str, one: tuple[Any, ...]) -> None:
        if self._trying:
            self.found.add(self._name(path) + ("/" if one[0] == "folder" else ""))
        elif not self._may(path, one):
            self.found.add(self._name(path))

    def _may(self, path: str, one: tuple[Any, ...]) -> bool:
        name = self._name(path)
        parts = name.split("/")
        return (
            name in self._allowed
            or _ALL in self._allowed
            or any("/".join(parts[:n]) + "/" in self._allowed for n in range(1, len(parts) + 1))
            or path in self._given
            or path.rpartition("/")[2] in self._given
            or (len(self._own) <= _FEW and one[-1] in self._own)
            or "__pycache__" in parts
            or (parts[0][:1] == "." and len(parts) > 1)  # of libraries, in the home folder
        )

    def _name(self, path: str) -> str:
        """Return a path beneath the root, without names that differ from run to run."""
        found = []
        for part in path[len(self._root) + 1 :].split("/"):
            stem, dot, ending = part.rpartition(".")
            known = (stem or part) in self._tests or part[:1] == "."
            found.append(part if known else f"*{dot}{ending}" if dot else "*")
        return "/".join(found)

    def _give(self, values: Iterable[Any], depth: int) -> None:
        path: Any
        for value in values:
            kind = type(value)
            if kind in _PATHS:
                path = _fsdecode(value)
            elif kind in _FILES:
                path = getattr(value, "name", None)
            elif depth < 3 and kind in (list, tuple, set, dict):
                inner = [*value.values()] if kind is dict else [*value]
                if len(inner) <= _MOST:
                    self._give(inner, depth + 1)
                continue
            else:
                continue
            if type(path) is str and len(path) < _MOST:
                self._given |= {path, _normal(_join(_getcwd(), path))}


def _dates(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_ino, stat.st_atime_ns, stat.st_ctime_ns, stat.st_nlink

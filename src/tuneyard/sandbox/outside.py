"""What tests have outside their names and an answer may change: files, folders, settings.

Files and folders are the tests' where they were made or changed while no function of the answer's
ran; what the answer itself makes is its own. They are compared by what is in them, since the clock
of a file system in memory is coarse.
"""

from __future__ import annotations

import io
import os
import re
import sys
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from stat import S_ISDIR, S_ISLNK, S_ISREG
from types import CoroutineType
from typing import Any

from tuneyard.sandbox.readings import Readings

FILES, FOLDERS = "the files", "the folders"
ENVIRONMENT, PLACE, CONTEXT = "the environment", "the working directory", "the decimal context"
OUTSIDE = (FILES, FOLDERS, ENVIRONMENT, PLACE, CONTEXT)
"""What is changed, as ``Outside.changed`` says it."""
_CONCERNS = re.compile(
    r"\b(?:os|pathlib|Path|open|shutil|glob|io|fileinput|linecache|sqlite3|shelve|dbm|zipfile"
    r"|tarfile|csv|configparser|logging|environ|getenv|setenv|decimal|Decimal|getcontext|argv"
    r"|savez?|savetxt|load\w*|dump|imwrite|imread|savefig|fromfile|tofile"
    r"|(?:to|read)_(?:csv|json|pickle|parquet|excel|feather|hdf|table)"
    r"|\w*[tT]emp(?:file|orary)\w*|mkdtemp|mkstemp|tmp\w*|monkeypatch)\b"
)
_LARGE, _MANY = 4 << 20, 2_000  # bytes of a file that is read; files
_MOST = 50_000  # entries, and pages that are read, of one run: some tenths of a second
_PAGE = 4096
_YOUNG = 50_000_000  # nanoseconds in which a file may change twice at the same time by its clock
_ENVIRONMENT: Any = os.environ
_time = time.time_ns
_listdir, _lstat, _open, _read, _close = os.listdir, os.lstat, os.open, os.read, os.close
_readlink, _write, _mkdir, _unlink, _rmdir = os.readlink, os.write, os.mkdir, os.unlink, os.rmdir
_getcwd, _chdir, _truncate, _symlink, _chmod = (
    *(os.getcwd, os.chdir, os.ftruncate, os.symlink, os.chmod),
)
_OPEN = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)
_PACKED = ("gzip", "bz2", "lzma")
Tree = dict[str, tuple[Any, ...]]
"""What there is by its path: a kind, and for files the bytes, or a number where they are many."""


def concerns(tests: str) -> bool:
    """Say whether tests have anything of the kind, as far as their text tells."""
    return _CONCERNS.search(tests) is not None


class Outside:
    """What the tests of one answer have outside.

    Args:
        allowed: what the reference changes.
        settings: the answer runs in this process, so that it may change settings, too.
        reads: finds out which of the tests' files it reads; None: nobody does.

    Attributes:
        changed: what was changed, and may not be.
        lost: what of it could not be put back.
        reads: what finds out which it reads.
    """

    def __init__(
        self, allowed: Collection[str], *, settings: bool = True, reads: Readings | None = None
    ) -> None:
        self.changed: set[str] = set()
        self.lost: set[str] = set()
        self._allowed = frozenset(allowed)
        self._root = _getcwd()
        self._settings = settings
        self.reads = reads or Readings("", ())
        self._theirs: set[str] = set()
        self._now: Tree = {}
        self._before: Tree = {}
        self._set: dict[str, Any] = {}
        self._trees = _Trees(self._root)

    def begin(self) -> None:
        """Note what the answer's own outermost code has made."""
        self._now = self._trees.look() or {}
        self.reads.own(self._now.values())

    def calls(self, function: Callable[..., Any], *, put_back: bool) -> Callable[..., Any]:
        """Return what calls a function of the answer's, and looks at what it changes outside.

        Args:
            put_back: what may not be changed becomes what it was.
        """
        reads = self.reads

        async def waits(coroutine: Any) -> Any:
            self.before()
            try:
                result = await coroutine
            finally:
                self.after(put_back=put_back)
            reads.gives(result)
            return result

        def call(*positional: Any, **named: Any) -> Any:
            given = (*positional, *named.values())
            _flush(given)
            self.before(given)
            try:
                result = function(*positional, **named)
            finally:
                _flush(given)
                self.after(put_back=put_back)
            if type(result) is CoroutineType:
                return waits(result)
            reads.gives(result)
            return result

        return call

    def before(self, given: Iterable[Any] = ()) -> None:
        """Note what there is; to be called before a function of the answer's is.

        Args:
            given: what the function is given.
        """
        before = self._trees.look()
        if before is None:
            self.reads.lose()
            return
        self._before = before
        self._theirs &= before.keys()
        self._theirs.update(path for path, one in before.items() if self._now.get(path) != one)
        if self._settings:
            self._set = _settings()
        for path, stat in self.reads.before(before, self._trees.dates, self._theirs, given):
            self._trees.redate(path, stat)

    def after(self, *, put_back: bool) -> None:
        """Find out what has changed; to be called after the function.

        Args:
            put_back: what may not be changed becomes what it was.
        """
        now = self._trees.look()
        if now is None:
            self.reads.lose()
            return
        self.reads.after(self._before, now, self._trees.dates)
        self.reads.own(one for path, one in now.items() if path not in self._theirs)
        if now != self._before:
            now = self._compare(now, put_back)
        self._now = now
        if self._settings:
            self._compare_settings(put_back)

    def _compare(self, now: Tree, put_back: bool) -> Tree:
        before, theirs = self._before, self._theirs
        lost = [path for path in before if path in theirs and now.get(path) != before[path]]
        made: list[str] = []
        for path in now:  # a folder comes before what is in it
            if path not in before and path.rpartition("/")[0] in theirs.union(made):
                made.append(path)
        wrong: list[str] = []
        for what, paths in ((FILES, lost), (FOLDERS, made)):
            if paths and what not in self._allowed:
                self.changed.add(what)
                wrong += paths
        if not wrong or not put_back:
            return now
        for path in sorted(wrong, reverse=True):  # what is in a folder before the folder
            if path in now and not now[path][0] == before.get(path, ("",))[0] == "file":
                with suppress(OSError):
                    (_rmdir if now[path][0] == "folder" else _unlink)(path)
        for path in sorted(wrong):
            if path in before:
                with suppress(OSError):
                    _make(path, before[path])
        now = self._trees.look() or {}
        if any(now.get(path) != before.get(path) for path in wrong):
            self.lost |= {FILES}
        return now

    def _compare_settings(self, put_back: bool) -> None:
        for what, now in _settings().items():
            was = self._set.get(what)
            if was is not None and now != was and what not in self._allowed:
                self.changed.add(what)
                if put_back:
                    _set_back(what, was)


def _flush(given: Iterable[Any]) -> None:
    """Have open files on the disk as they are, whoever flushes what is written into them."""
    for one in given:
        if type(one) in _OPEN or type(one).__module__ in _PACKED:
            with suppress(Exception):
                one.flush()


class _Trees:
    """Looks at a folder and all beneath it, until that has taken long enough.

    Attributes:
        dates: what the system tells of each path, and that of the folder, as they were before.

    A file is read again where its dates say that it may have changed. The clock of a file system is
    coarse: what was young when it was read may have changed since without another date.
    """

    def __init__(self, root: str) -> None:
        self.dates: dict[str, os.stat_result] = {}
        self._root = root
        self._left = _MOST
        self._read: dict[str, tuple[tuple[int, ...], tuple[Any, ...]]] = {}

    def look(self) -> Tree | None:
        """Return what there is; None: that is too much, now or by and by."""
        found: Tree = {}
        self.dates = {}
        todo = [self._root]
        with suppress(OSError):
            self.dates[self._root] = _lstat(self._root)
        while todo and self._left >= 0:
            folder = todo.pop()
            with suppress(OSError):
                for name in _listdir(folder):
                    path = f"{folder}/{name}"
                    self._left -= 1
                    if len(found) >= _MANY:
                        self._left = -1
                    if self._left < 0:
                        return None
                    with suppress(OSError):
                        found[path] = one = self._at(path)
                        if one == ("folder",):
                            todo.append(path)
        return found if self._left >= 0 else None

    def redate(self, path: str, stat: os.stat_result) -> None:
        """Note that a path has other dates, and is what it was."""
        known = self._read.get(path)
        if known is not None and known[0] == _key(self.dates[path]):
            self._read[path] = _key(stat), known[1]

    def _at(self, path: str) -> tuple[Any, ...]:
        self.dates[path] = stat = _lstat(path)
        if S_ISDIR(stat.st_mode):
            return ("folder",)
        if S_ISLNK(stat.st_mode):
            return "link", _readlink(path)
        if not S_ISREG(stat.st_mode):
            return "other", stat.st_ino
        mode = stat.st_mode & 0o777
        dates = _key(stat)
        if stat.st_size > _LARGE or not mode & 0o400:
            return "large", *dates
        known = self._read.get(path)
        if known is not None and known[0] == dates:
            return known[1]
        self._left -= stat.st_size // _PAGE
        now = _time()
        fd = _open(path, os.O_RDONLY | os.O_NOATIME)
        try:
            parts = []
            while part := _read(fd, _LARGE):
                parts.append(part)
        finally:
            _close(fd)
        content = "file", mode, b"".join(parts)
        if max(stat.st_mtime_ns, stat.st_ctime_ns) < now - _YOUNG:
            self._read[path] = dates, content
        else:
            self._read.pop(path, None)
        return content


def _key(stat: os.stat_result) -> tuple[int, ...]:
    """Return what tells a file from one that was written since."""
    mode = stat.st_mode & 0o777
    return stat.st_ino, mode, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _make(path: str, what: tuple[Any, ...]) -> None:
    kind = what[0]
    if kind == "folder":
        _mkdir(path)
    elif kind == "link":
        _symlink(what[1], path)
    elif kind == "file":
        with suppress(OSError):
            _chmod(path, 0o600)
        fd = _open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            _truncate(fd, 0)
            rest = what[2]
            while rest:
                rest = rest[_write(fd, rest) :]
        finally:
            _close(fd)
        _chmod(path, what[1])


def _settings() -> dict[str, Any]:
    found: dict[str, Any] = {ENVIRONMENT: (id(os.environ), _ENVIRONMENT._data.copy())}
    with suppress(OSError):
        found[PLACE] = _getcwd()
    decimal: Any = sys.modules.get("decimal")
    if decimal is not None:
        context = decimal.getcontext()
        found[CONTEXT] = (
            *(context.prec, context.rounding, context.Emin, context.Emax),
            *(context.capitals, context.clamp, tuple(context.traps.values())),
        )
    return found


def _set_back(what: str, was: Any) -> None:
    if what == PLACE:
        with suppress(OSError):
            _chdir(was)
    elif what == ENVIRONMENT:
        vars(os)["environ"] = _ENVIRONMENT
        now = _ENVIRONMENT._data
        for name in [name for name in now if name not in was[1]]:
            del _ENVIRONMENT[os.fsdecode(name)]
        for name, value in was[1].items():
            if now.get(name) != value:
                _ENVIRONMENT[os.fsdecode(name)] = os.fsdecode(value)
    else:
        decimal: Any = sys.modules["decimal"]
        context = decimal.getcontext()
        context.prec, context.rounding, context.Emin, context.Emax = was[:4]
        context.capitals, context.clamp = was[4:6]
        context.traps.update(zip([*context.traps], was[6], strict=True))

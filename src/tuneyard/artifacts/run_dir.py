"""The run directory, proved before it is used."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tuneyard.artifacts.artifact import Artifact
from tuneyard.artifacts.folder import Folder, for_a_while, half_written, unwritable
from tuneyard.errors import UserError

# Bytes that must fit before a run starts; a disk without them would fail at its first artifact.
_PROBE_BYTES = 1 << 20


class RunDir(Folder):
    """A study's folder, local or remote."""

    def artifact(self, stage: str, key: str) -> Artifact:
        """Return the artifact of a stage with that key."""
        return Artifact(self, stage, key)

    def check_place(self) -> None:
        """Refuse an address at which no folder can be, as far as is seen without making it.

        Raises:
            UserError: a file stands there or on the way, what is there may not be written to, or
                a slash is missing from a store's address.
        """
        if self.remote:
            return
        if re.match(r"[A-Za-z][\w+.-]+:/(?!/)", self.url):
            raise UserError(
                "the run directory's address lacks a slash",
                where="run_dir",
                value=self.url,
                remedy="write PROTOCOL://PLACE/PATH, or ./… for a folder of such a name",
            )
        root = Path(self.root)
        try:
            there = next(part for part in (root, *root.parents) if os.path.lexists(part))
            if not there.is_dir():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(there))
            if there != root and not os.access(there, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))
        except (OSError, ValueError) as error:
            raise unwritable(error, self.root) from None

    def prove(self) -> None:
        """Prove that the folder can be made and written to, and leave it as it was.

        What a killed process left half-written there is removed: it may fill the disk.

        Raises:
            UserError: it is not writable, stands where a file is, or its disk is full.
        """
        try:
            if self.remote:
                self.write_text("", ".probe")
                with self.told():
                    self._files.rm(self._place(".probe"))
                return
            with for_a_while(self.join("stages")):
                self.sweep()
                self._write_probe()
        except (OSError, ValueError) as error:
            raise unwritable(error, self.root) from None

    @contextlib.contextmanager
    def unless_refused(self) -> Iterator[None]:
        """Remove the folder after a ``UserError`` in the block, where it was not there before it.

        What was made in a folder that was there stays.
        """
        if self.remote:
            yield
            return
        fresh = not os.path.lexists(self.root)
        with for_a_while(self.root):
            try:
                yield
            except UserError:
                if fresh:
                    shutil.rmtree(self.root, ignore_errors=True)
                raise

    def _write_probe(self) -> None:
        descriptor, name = tempfile.mkstemp(dir=self.root, prefix=half_written("probe"))
        try:
            os.write(descriptor, os.urandom(_PROBE_BYTES))
            os.fsync(descriptor)
            if os.fstat(descriptor).st_size < _PROBE_BYTES:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.root)
        finally:
            os.close(descriptor)
            os.unlink(name)

"""The run directory, proved before it is used."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from tuneyard.artifacts.artifact import Artifact
from tuneyard.artifacts.folder import Folder, half_written, unwritable

# Bytes that must fit before a run starts; a disk without them would fail at its first artifact.
_PROBE_BYTES = 1 << 20


class RunDir(Folder):
    """A study's folder, local or remote."""

    def artifact(self, stage: str, key: str) -> Artifact:
        """Return the artifact of a stage with that key."""
        return Artifact(self, stage, key)

    def prepare(self) -> None:
        """Make the folder and prove that it can be written to.

        Raises:
            UserError: it is not writable, stands where a file is, or its disk is full.
        """
        try:
            if self.remote:
                self.write_text("", ".probe")
                with self.told():
                    self._files().rm(self._strip(self.join(".probe")))
                return
            Path(self.root, "stages").mkdir(parents=True, exist_ok=True)
            self.sweep()
            descriptor, name = tempfile.mkstemp(dir=self.root, prefix=half_written("probe"))
            try:
                os.write(descriptor, os.urandom(_PROBE_BYTES))
                os.fsync(descriptor)
                if os.fstat(descriptor).st_size < _PROBE_BYTES:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.root)
            finally:
                os.close(descriptor)
                os.unlink(name)
        except (OSError, ValueError) as error:
            raise unwritable(error, self.root) from None

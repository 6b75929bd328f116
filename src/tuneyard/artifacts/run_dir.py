"""The run directory, proved before it is used."""

from __future__ import annotations

import errno
import os
import tempfile

from tuneyard.artifacts.artifact import Artifact
from tuneyard.artifacts.folder import Folder, for_a_while, half_written, unwritable

# Bytes that must fit before a run starts; a disk without them would fail at its first artifact.
_PROBE_BYTES = 1 << 20


class RunDir(Folder):
    """A study's folder, local or remote."""

    def artifact(self, stage: str, key: str) -> Artifact:
        """Return the artifact of a stage with that key."""
        return Artifact(self, stage, key)

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
                    self._files().rm(self._strip(self.join(".probe")))
                return
            with for_a_while(self.join("stages")):
                self.sweep()
                self._write_probe()
        except (OSError, ValueError) as error:
            raise unwritable(error, self.root) from None

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

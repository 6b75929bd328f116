"""The run directory: where a study's artifacts live, and when one may be trusted.

    RUN_DIR/
      study.yaml                    the resolved configuration of the latest run
      stages/<stage>-<key>/         one folder an artifact; manifest.json is written last
      work/<stage>-<key>/           rows and checkpoints of a stage in progress
      work/training-<id>/           checkpoints of one process's workers, which stay
      logs/<stage>-<key>.log        why a stage failed

A stage's key is the hash of its own part of the configuration and of the keys of what it reads,
so equal keys mean equal inputs: such a stage is not run again. A run directory is a local folder,
a mounted share, or any fsspec URL (``s3://bucket/runs/x``).
"""

from tuneyard.artifacts.artifact import MANIFEST, Artifact, content_key
from tuneyard.artifacts.fetch import fetch, pinned
from tuneyard.artifacts.folder import Folder, for_a_while
from tuneyard.artifacts.leases import lease, looking, note_lease
from tuneyard.artifacts.run_dir import RunDir

__all__ = [
    "MANIFEST",
    "Artifact",
    "Folder",
    "RunDir",
    "content_key",
    "fetch",
    "for_a_while",
    "lease",
    "looking",
    "note_lease",
    "pinned",
]

"""Whether independent trainings use the GPUs of a machine at the same time.

Runs a study of several training seeds, each an SFT step that asks for one GPU, twice: as many steps
at once as there is room for, and one after another. Prints on which GPUs processes were seen
together, how long both ran, and whether the adapters are the same.

    python benchmarks/two_gpus.py --out FOLDER [--gpus 2] [--epochs 4]
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import subprocess
import sys
import threading
import time
from pathlib import Path

STUDY = """\
study: two-gpus
models: [{{name: embedded, quantization: bf16}}]
data:
  first_order: {{source: cocobots, order: first, counts: {{train: 800, validation: 16, test: 0}}}}
matrix: {{seeds: {seeds}, arms: {{sft: [sft]}}}}
sft: {{epochs: {epochs}, batch_size: 8, lora: {{r: 16, alpha: 32}}}}
evaluate: {{splits: [validation], metrics: [exact_match], decoding: {{max_new_tokens: 40}}}}
compare: {{baseline: sft, resamples: 200}}
resources: {{workers: 1, gpus_per_worker: 1, inference_workers: 1}}
"""


class Seen:
    """Looks every so often which GPUs have processes, while a study runs."""

    def __init__(self, every: float = 0.25) -> None:
        self.times: collections.Counter[tuple[str, ...]] = collections.Counter()
        self._every, self._over = every, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        query = "--query-compute-apps=gpu_bus_id,pid"
        while not self._over.wait(self._every):
            found = subprocess.run(
                ["nvidia-smi", query, "--format=csv,noheader"], capture_output=True, text=True
            ).stdout
            gpus = {line.split(",")[0].strip() for line in found.splitlines() if "," in line}
            self.times[tuple(sorted(gpus))] += 1

    def end(self) -> dict[tuple[str, ...], float]:
        """Return for how many seconds, roughly, which GPUs had processes."""
        self._over.set()
        self._thread.join()
        total = sum(self.times.values()) or 1
        return {gpus: times / total for gpus, times in self.times.items()}


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--gpus", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=4)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    study = given.out / "study.yaml"
    study.write_text(STUDY.format(seeds=[*range(given.gpus)], epochs=given.epochs))
    took, adapters = {}, {}
    for name, words in (("side by side", []), ("one by one", ["resources.parallel=1"])):
        run_dir = given.out / name.replace(" ", "-")
        seen, began = Seen(), time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "tuneyard.cli", "run", study, f"run_dir={run_dir}", *words],
            capture_output=True,
            text=True,
        )
        took[name] = time.monotonic() - began
        shares = seen.end()
        print(f"{name}: status {done.returncode}, {took[name]:.1f} s")
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-6000:])
            return
        print("".join(f"  {line}\n" for line in done.stderr.splitlines() if "train" in line))
        for gpus, share in sorted(shares.items()):
            print(f"  {share:4.0%} of the time processes on {len(gpus)} GPUs: {' '.join(gpus)}")
        adapters[name] = {
            path.parents[1].name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            for path in run_dir.glob("stages/train-*/adapter/adapter_model.safetensors")
        }
    ratio = took["one by one"] / took["side by side"]
    print(f"one by one takes {ratio:.2f} of the time of side by side")
    print(f"adapters: {adapters['side by side']}")
    print(f"the same: {adapters['side by side'] == adapters['one by one']}")


if __name__ == "__main__":
    main()

"""What trials that share a GPU, or use several, save a sweep.

Runs a sweep of the embedded model with several trials to a GPU, then one after another; prints how
long both took, on which GPUs processes were seen together, and whether no two trials gave the same
weights.

    python benchmarks/sweep_gpus.py --out FOLDER [--trials 16] [--share 4]
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import time
from pathlib import Path

from two_gpus import Seen

STUDY = """\
study: sweep-gpus
models: [{{name: embedded, quantization: bf16}}]
data:
  first_order: {{source: cocobots, order: first, counts: {{train: 800, validation: 32, test: 0}}}}
matrix: {{arms: {{base: [], sft: [sft]}}}}
sft: {{epochs: {epochs}, batch_size: 8, lora: {{r: 16, alpha: 32}}}}
evaluate: {{splits: [validation], metrics: [exact_match], decoding: {{max_new_tokens: 60}}}}
compare: {{baseline: base, resamples: 200}}
resources: {{workers: 1, gpus_per_worker: {gpus}, inference_workers: 1}}
sweep:
  arms: [sft]
  space: {{sft.learning_rate: {{loguniform: [1e-4, 3e-3]}}}}
  metric: exact_match
  search: random
  trials: {trials}
  confirm: 0
"""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--share", type=int, default=4, help="trials to a GPU; 0: no GPU")
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--only", choices=["shared", "alone"], help="one of the two")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    took = {}
    for name, gpus, words in (
        ("shared", 1 / given.share if given.share else 0, []),
        ("alone", 1 if given.share else 0, ["sweep.parallel=1"]),
    ):
        if given.only not in (None, name):
            continue
        study = given.out / f"{name}.yaml"
        study.write_text(STUDY.format(gpus=gpus, trials=given.trials, epochs=given.epochs))
        run_dir = given.out / name
        seen, began = Seen(), time.monotonic()
        with (given.out / f"{name}.log").open("w") as log:
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "tuneyard.cli",
                    "sweep",
                    study,
                    f"run_dir={run_dir}",
                    *words,
                ],
                stdout=log,
                stderr=log,
            )
        took[name] = time.monotonic() - began
        shares = seen.end()
        print(f"{name}: status {done.returncode}, {took[name]:.1f} s", flush=True)
        if done.returncode:
            print((given.out / f"{name}.log").read_text()[-6000:])
            return
        for used, share in sorted(shares.items()):
            print(f"  {share:4.0%} of the time processes on {len(used)} GPUs: {' '.join(used)}")
        weights = [
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in run_dir.glob("stages/train-*/adapter/adapter_model.safetensors")
        ]
        print(f"  {len(weights)} adapters, {len(set(weights))} different", flush=True)
    if len(took) == 2:
        print(f"sharing takes {took['shared'] / took['alone']:.2f} of the time of one by one")


if __name__ == "__main__":
    main()

"""Throughput of a training preset on this machine, and the share of time that data takes.

    python tests/benchmarks/bench_training.py FACES [--preset compact-256] [--perceptual WEIGHTS]

FACES is any folder that a run can train on. Reports images a second, seconds a step, and how long
a step waits for its batch; the target is under 10 %.
"""

import argparse
import tempfile
import time
from pathlib import Path

import torch

from training.data import FaceSamples, Place, batches
from training.distributed import World
from training.presets import preset, with_installed_weights
from training.records import read_records
from training.runfolder import RunFolder
from training.trainer import RestorationTrainer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--preset", default="compact-256")
    parser.add_argument("--perceptual", default="")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--batch", type=int, default=8)
    args = parser.parse_args()
    options = preset(args.preset).replace(batch=args.batch, perceptual_weights=args.perceptual)
    options = with_installed_weights(options)
    smallest = options.data.min_side_px
    records = [r for r in read_records(args.faces) if r.split == "train" and r.side_px >= smallest]
    samples = FaceSamples(
        records, options.data, options.network.out_size_px, options.seed, Place(args.batch)
    )
    with tempfile.TemporaryDirectory() as folder:
        trainer = RestorationTrainer(options, RunFolder(Path(folder)), World())
        loaded = batches(samples, 0, args.steps + 2)
        for _ in range(2):
            trainer.step(next(loaded))
        waiting, began = 0.0, time.perf_counter()
        for _ in range(args.steps):
            start = time.perf_counter()
            batch = next(loaded)
            waiting += time.perf_counter() - start
            trainer.step(batch)
        seconds = time.perf_counter() - began
    print(
        f"{args.preset}, batch {args.batch}, {torch.get_num_threads()} threads: "
        f"{args.steps * args.batch / seconds:.2f} images/s, {seconds / args.steps:.2f} s a step, "
        f"waiting for data {waiting / seconds:.1%}"
    )


if __name__ == "__main__":
    main()

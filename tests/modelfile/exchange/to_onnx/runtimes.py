"""Random models in several runtimes against grucli itself: the largest differences, as a table.

    python -m tests.modelfile.exchange.to_onnx.runtimes --models 200
    python -m tests.modelfile.exchange.to_onnx.runtimes --models 50 --runtime tract --kind series

Each model is asked once with all rows padded, once with more padding, and once row by row. Runtimes
that are not installed are left out, and named.
"""

import argparse
import importlib.util
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from onnx.reference import ReferenceEvaluator

from grucli.modelfile.exchange.to_onnx.export import export
from tests.modelfile.exchange.to_onnx import models

KINDS = (
    ("series", "classify"),
    ("text", "classify"),
    ("series", "regress"),
    ("text", "multilabel"),
    ("text", "tag"),
)


def onnxruntime(data, path):
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(None, inputs)[0]


def reference(data, path):
    evaluator = ReferenceEvaluator(models.loaded(data))
    return lambda inputs: evaluator.run(None, inputs)[0]


def openvino(data, path):
    import openvino

    core = openvino.Core()
    hint = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(core.read_model(path), "CPU", hint)
    return lambda inputs: compiled(inputs)[0]


def tract(data, path):
    import tract

    runnable = tract.onnx().load(str(path)).into_model().into_runnable()
    names = [each.name for each in models.loaded(data).graph.input]
    return lambda inputs: runnable.run([inputs[name] for name in names])[0].to_numpy()


RUNTIMES = {each.__name__: each for each in (onnxruntime, reference, openvino, tract)}


def answers_of(found, beside, lengths):
    """Return what a program answers: classes, sets, tags of each row."""
    if beside["task"] == "tag":
        tags_of = models.programs()["tags"].tags_of
        return [list(tags_of(row[:n], beside)) for row, n in zip(found, lengths, strict=True)]
    if beside["task"] == "regress":
        return []
    return [models.programs()["texts"].answer(row, beside)[0] for row in found]


def compared(saved, asked, path, runtimes):
    """Yield runtime, largest difference and number of other answers, or what was raised."""
    data = export(saved).data
    path.write_bytes(data)
    beside = models.about(models.loaded(data))
    inputs, wanted = models.inputs_of(asked, beside), models.answers(saved, asked)
    alone = [models.inputs_of([one], beside) for one in asked]
    right = answers_of(wanted, beside, inputs["lengths"])
    if beside["task"] == "tag":
        right = [tags.tolist() for tags in models.tags(saved, asked)]
    for name in runtimes:
        try:
            ask = RUNTIMES[name](data, path)
            found = [ask(inputs), ask(models.wider(inputs)), *map(ask, alone)]
        except Exception as fault:  # whatever a runtime raises is a result
            yield name, None, str(fault).strip().splitlines()[-1][:150]
            continue
        worst = max(
            models.largest_difference(saved, found[0], wanted),
            models.largest_difference(saved, found[1], wanted),
            *(
                models.largest_difference(saved, one, wanted[row : row + 1, : one.shape[1]])
                for row, one in enumerate(found[2:])
            ),
        )
        lengths = inputs["lengths"]
        pairs = zip(answers_of(found[0], beside, lengths), right, strict=True)
        others = sum(one != other for one, other in pairs)
        for row, one in enumerate(found[2:]):
            others += answers_of(one, beside, lengths[row : row + 1]) != right[row : row + 1]
        yield name, worst, others


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    parser.add_argument("--rows", type=int, default=6)
    parser.add_argument("--longest", type=int, default=200)
    parser.add_argument("--kind", help="series or text")
    parser.add_argument("--runtime", action="append", choices=RUNTIMES)
    asked_for = parser.parse_args()
    runtimes = [
        name
        for name in asked_for.runtime or RUNTIMES
        if name == "reference" or importlib.util.find_spec(name)
    ]
    print("left out:", *sorted(RUNTIMES.keys() - runtimes))
    worst, seconds, faults = defaultdict(dict), time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked_for.first, asked_for.first + asked_for.models):
            kind, task = KINDS[seed % len(KINDS)]
            if asked_for.kind not in (None, kind):
                continue
            rng = np.random.default_rng(seed)
            saved = models.random_saved(rng, kind, task)
            arch = saved.model.architecture
            asked = models.asked(rng, saved, asked_for.rows, asked_for.longest)
            beside_it = type(saved.model.linear).__name__ if saved.model.linear else "alone"
            group = kind, task, arch.cell, beside_it
            for name, off, more in compared(saved, asked, Path(folder) / "m.onnx", runtimes):
                if off is None or off > 1e-5 or more:
                    faults += 1
                    print(f"seed {seed} {group} {name}: {off} {more}")
                if off is not None:
                    worst[group][name] = max(worst[group].get(name, 0.0), off)
                    worst["all"][name] = max(worst["all"].get(name, 0.0), off)
    print(f"{asked_for.models} models in {time.monotonic() - seconds:.0f} s, {faults} faults")
    print(f"{'largest difference':44}", *(f"{name:>12}" for name in runtimes))
    for group, found in sorted(worst.items(), key=str):
        figures = (f"{found[name]:12.1e}" if name in found else f"{'-':>12}" for name in runtimes)
        print(f"{group if isinstance(group, str) else ' '.join(group):44}", *figures)


if __name__ == "__main__":
    main()

"""Yoyodyne's soft-attention GRU: of the size of grucli's, as many steps, by its own command.

    python -m tests.benchmarks.quality.peer_yoyodyne TRAIN TEST SEED [EPOCHS [MOST_ROWS]]

A twentieth of the rows is held out, as the command asks for; the weights of the last pass count.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from tests.benchmarks.quality import written_sets

EMBEDDING, HIDDEN, DROPOUT, SMOOTHING = 64, 256, 0.3, 0.1
RATE, BATCH, CLIP, BEAM = 3e-3, 128, 1.0, 4
PASSES = 21  # 36 epochs of 65,536 rows, of 112,000
HELD_OUT = 20  # of so many rows one


def main(train, test, seed, epochs, most_rows):
    words, _ = written_sets.read(test)
    pairs = list(zip(*written_sets.read(train), strict=True))[:most_rows]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder / "train.tsv", [pair for k, pair in enumerate(pairs) if k % HELD_OUT])
        _write(folder / "valid.tsv", pairs[::HELD_OUT])
        _write(folder / "asked.tsv", [(word, "") for word in words])
        _run("fit", folder, _settings(folder, seed, epochs, 1))  # it validates without a beam only
        (checkpoint,) = folder.glob("**/last.ckpt")
        _run("predict", folder, _settings(folder, seed, epochs, BEAM), "--ckpt_path", checkpoint)
        answers = (folder / "answers.txt").read_text(encoding="utf-8").splitlines()
        size = _bytes_of_weights(checkpoint)
    found = [line.split("\t")[0] for line in answers]  # the best of the beam stands first
    print(json.dumps({"answers": found, "model_bytes": size}))


def _write(path, pairs):
    path.write_text("".join(f"{a}\t{b}\n" for a, b in pairs), encoding="utf-8")


def _run(command, folder, settings, *more):
    config = folder / f"{command}.yaml"
    config.write_text(yaml.safe_dump(settings))
    program = [Path(sys.executable).with_name("yoyodyne"), command, "--config", config, *more]
    subprocess.run(program, check=True, stdout=2, cwd=folder)  # where its logs go


def _settings(folder, seed, epochs, beam):
    sizes = {"embedding_size": EMBEDDING, "dropout": DROPOUT, "hidden_size": HIDDEN}
    model = {
        "beam_width": beam,
        "decoder_dropout": DROPOUT,
        "decoder_hidden_size": HIDDEN,
        "embedding_size": EMBEDDING,
        "label_smoothing": SMOOTHING,
        "optimizer": {"class_path": "yoyodyne.optimizers.Adam", "init_args": {"lr": RATE}},
        "scheduler": {
            "class_path": "torch.optim.lr_scheduler.CosineAnnealingLR",
            "init_args": {"T_max": epochs},
        },
        "source_encoder": {
            "class_path": "yoyodyne.models.modules.GRUEncoder",
            "init_args": sizes,
        },
    }
    return {
        "seed_everything": seed,
        "data": {
            "model_dir": str(folder / "model"),
            "train": str(folder / "train.tsv"),
            "val": str(folder / "valid.tsv"),
            "predict": str(folder / "asked.tsv"),
            "target_sep": " ",
            "tie_embeddings": False,
            "batch_size": BATCH,
        },
        "model": {"class_path": "yoyodyne.models.SoftAttentionGRUModel", "init_args": model},
        "trainer": {
            "accelerator": "cpu",
            "max_epochs": epochs,
            "gradient_clip_val": CLIP,
            "enable_progress_bar": False,
        },
        "checkpoint": {"save_last": True, "monitor": "val_loss"},
        "prediction": {"path": str(folder / "answers.txt")},
    }


def _bytes_of_weights(checkpoint):
    import torch

    weights = torch.load(checkpoint, weights_only=False)["state_dict"]
    return sum(each.numel() * each.element_size() for each in weights.values())


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[3:]]
    main(*sys.argv[1:3], *(numbers + [PASSES, None][len(numbers) - 1 :]))

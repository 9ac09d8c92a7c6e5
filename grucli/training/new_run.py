"""From prepared data to a trainer with its first weights."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator

import numpy as np

from grucli.errors import counted
from grucli.model.network import Architecture, Model
from grucli.notices import Notice
from grucli.parallel.crew import usable_cores
from grucli.parallel.ranks import Ranks
from grucli.preparation import training_rules
from grucli.preparation.data_rules import NOTHING_LEARNED
from grucli.preparation.defaults import Choice, Settled
from grucli.preparation.prepare import Prepared
from grucli.random import INIT, generator
from grucli.tasks.thresholds import wishes
from grucli.training.joint_branch import JointBranch
from grucli.training.settings import Recipe
from grucli.training.trainer import Trainer


def with_workers(prepared: Prepared, ranks: Ranks | None = None) -> Prepared:
    """Return what training needs with the number of workers that fits this machine.

    Args:
        prepared: what was read.
        ranks: that do what workers would; None for none.
    """
    stages, steps = _stages(prepared)
    choice = Choice(value=0, reason=NOTHING_LEARNED)
    if prepared.config.training.epochs != 0:
        choice = training_rules.workers(
            stages=stages,
            steps=steps,
            shards=prepared.config.training.shards or 1,
            cores=usable_cores(),
            ranks=1 if ranks is None else ranks.size,
            threads=os.environ.get("OPENBLAS_NUM_THREADS", ""),
        )
    settled = Settled(config=prepared.config, chosen=prepared.reasons)
    settled = settled.filled({"training.workers": choice})
    return dataclasses.replace(prepared, config=settled.config, reasons=settled.reasons)


def idle_ranks(prepared: Prepared, ranks: Ranks | None) -> Iterator[Notice]:
    """Yield what there is to say of ranks for which there is nothing to do."""
    stages, shards = _stages(prepared)[0], prepared.config.training.shards or 1
    number, size = stages if stages > 1 else shards, 1 if ranks is None else ranks.size
    if number >= size:
        return
    why, off = f"a batch has {counted(shards, 'shard')}", ""
    if stages > 1:
        why, off = f"there are {stages} trainings", "--folds off "
    mend = f"pass {off}--set training.shards={size}"
    yield Notice("run.idle_ranks", f"{size - number} of {size} ranks stand idle: {why}; {mend}")


def _stages(prepared: Prepared) -> tuple[int, int]:
    """Return how many stages there are, and how many steps of all folds are certain."""
    if prepared.folds is None:
        return 1, 0
    training, held = prepared.config.training, np.bincount(prepared.folds)
    patience = training.patience
    epochs = training.epochs or 1
    if isinstance(patience, int):
        epochs = min(epochs, 1 + patience)
    batches = -(-(len(prepared.train) - held) // (training.batch_size or 1))
    return len(held) + 1, int(batches.sum()) * epochs


def new_trainer(prepared: Prepared, model: Model, ranks: Ranks | None = None) -> Trainer:
    """Return the trainer of a model that has its first weights, whom ranks help if there are any.

    Raises:
        ConfigError: a class weight or a wish names an unknown label, or too little is held out.
    """
    if wished := wishes(prepared.config.training.model_dump()):
        held = prepared.valid if prepared.folds is None else prepared.train
        prepared.task.check_wishes(wished, None if held is None else held.targets)
    return Trainer(
        model,
        prepared.train,
        prepared.valid,
        Recipe.of(prepared.config.training.model_dump()),
        seed=prepared.config.seed,
        task=prepared.task,
        linear=prepared.linear,
        joint=joint_branch(prepared),
        folds=prepared.folds,
        ranks=ranks,
    )


def joint_branch(prepared: Prepared) -> JointBranch | None:
    """Return what counts joint n-grams once training has ended, None where none are counted."""
    if not prepared.counts_jointly:
        return None
    always = prepared.config.model.wide is True
    return JointBranch(prepared.train, prepared.valid, prepared.task, always)


def first_model(prepared: Prepared) -> Model:
    """Return the model that the config asks for, with weights drawn from the seed.

    Pretrained token vectors, where there are any, take the place of drawn ones.
    """
    settings = prepared.config.model
    model = Model(_architecture(prepared))
    chrono = settings.initialisation == "chrono"
    steps = min(int(prepared.train.lengths.max()), prepared.encoder.max_length)
    model.initialise(generator(prepared.config.seed, INIT), steps if chrono else None)
    if prepared.vectors is not None:
        prepared.vectors.fill(model.table)
    return model


def _architecture(prepared: Prepared) -> Architecture:
    settings, encoder = prepared.config.model.model_dump(), prepared.encoder
    for name in ("initialisation", "wide", "vectors", "half_precision"):
        del settings[name]
    embedding_size, buckets = settings.pop("embedding_size"), settings.pop("subwords") or 0
    settings["convolution"] = int(settings["convolution"])  # false is no step at all
    settings["copying"] = bool(settings["copying"])
    settings["attention"] |= not prepared.task.writes  # as of a file that says nothing of it
    settings |= {"reads_steps": prepared.task.reads_steps, "writes": prepared.task.writes}
    settings["chain"] = bool(settings["chain"])
    if buckets:
        settings |= {"subwords": "characters" if encoder.buckets else "tokens", "buckets": buckets}
    return Architecture(
        **settings,
        vocabulary_size=0 if encoder.vocabulary is None else len(encoder.vocabulary),
        input_size=encoder.input_size or embedding_size,
        num_outputs=prepared.task.num_outputs,
        dtype=prepared.config.training.dtype,
    )

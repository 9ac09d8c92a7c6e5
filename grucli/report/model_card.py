"""What is in a model file, for people: every value in it is data and goes through `show`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grucli.data.labelled import Table
from grucli.data.records import names
from grucli.errors import excerpt, show_path
from grucli.inspection.serialization import parameter_parts
from grucli.model.blend import Mix
from grucli.model.linear_path import NAMES, LinearPath
from grucli.model.network import Architecture
from grucli.modelfile.checkpoint import SavedModel
from grucli.report.tables import number, percent, table
from grucli.tasks.scorecard import Measure
from grucli.tasks.task import FigureKind

if TYPE_CHECKING:
    from grucli.model.joint_path import JointPath

LOSS = Measure(name="loss", title="loss", larger_is_better=False)
FactLines = list[tuple[str, str]]
"""Names with a sentence each."""


def facts(saved: SavedModel, path: str) -> FactLines:
    """Return what the model is, how it reads and where it comes from."""
    card, kind = saved.card, NAMES[saved.encoder.unit]
    linear, vectors = saved.model.linear, _section(_section(card, "data"), "vectors")
    return [
        ("model", f"{path} (sha256 {saved.sha256[:12]})"),
        ("task", f"{saved.task.name}, {saved.task.listed}"),
        ("reads", _reading(saved)),
        ("network", _network(saved)),
        *([] if linear is None else [(kind, _linear(linear, saved.model.mix))]),
        *([] if saved.model.joint is None else [("joint n-grams", _joint(saved.model.joint))]),
        ("trained on", _origin(card)),
        *([("vectors", _vectors(vectors, _section(card, "config")))] if vectors else []),
        ("scores", _scores(saved)),
        *(("calibrated", line) for line in _calibration(saved)),
    ]


def is_of_training(saved: SavedModel, table: Table) -> bool:
    """Tell whether a file looks like the training file: by name, and by all of its targets.

    Where a part of that was held out for a test, more rows than were learned from tell.
    """
    data, task = _section(saved.card, "data"), saved.task
    is_called_so = Path(table.name).name == data.get("name")
    if not is_called_so or _is_untrained(saved.card):
        return False
    if any(task.unknown_warnings(table.name, table.records)):
        return False
    if _section(_section(saved.card, "config"), "data").get("test"):
        rows = (data.get("rows"), data.get("valid_rows"))
        known = sum(each for each in rows if isinstance(each, int))
        return len(table.records) > known
    return all(data.get(name) == value for name, value in task.facts(table.records).items())


def has_learned(saved: SavedModel) -> bool:
    """Tell whether validation found more than blind answers reach, unless the card is silent."""
    return saved.task.has_learned(_section(saved.card, "data"), _section(saved.card, "scores"))


def inside(saved: SavedModel) -> list[list[str]]:
    """Return the parameters of each part, and the settings that are not the usual ones."""
    settings = setting_rows(saved.card)
    return [
        table([("PARAMETERS", "", ""), *parameter_rows(saved)], "lrr"),
        table([("SETTINGS", "value", "why"), *settings], "lll") if settings else [],
    ]


def what_the_head_reads(arch: Architecture) -> str:
    """Return what is made of the states before the head."""
    if arch.writes:
        how = "copies and writes" if arch.copying else "writes"
        layers = f" of {arch.decoder_layers} layers" if arch.decoder_layers > 1 else ""
        return f"a decoder{layers} that {how}{'' if arch.attention else ' without attention'}"
    if arch.reads_steps:
        return "each step, in a chain" if arch.chain else "each step"
    return " + ".join(arch.pooling)


def parameter_rows(saved: SavedModel) -> list[tuple[str, str, str]]:
    """Return each part of the model, its parameters and their share."""
    total = saved.model.num_parameters
    counts = {**parameter_parts(saved), "total": total}
    return [(name, f"{count:,}", percent(count / total)) for name, count in counts.items()]


def setting_rows(card: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return each setting that was given or that the data decided, its value and why."""
    reasons = _section(card, "reasons")
    given = [(key, value, "given") for key, value in _given(card) if key not in reasons]
    values = dict(_leaves(_section(card, "config")))
    chosen = [(key, values.get(key), str(reason)) for key, reason in reasons.items()]
    return [(str(key), _value(value), reason) for key, value, reason in given + chosen]


def _reading(saved: SavedModel) -> str:
    remembered = saved.remembered
    columns = ""
    if remembered.text is not None:
        listed = " + ".join(f"'{excerpt(name)}'" for name in names(remembered.text))
        columns = f" (columns {listed}, '{excerpt(remembered.label)}')"
    read = saved.encoder.reads(columns)
    if remembered.window is not None:
        cut = f"windows of {remembered.window:,}, one every {remembered.step or 1:,}"
        read += f"; rows are steps, cut into {cut}"
    return read


def _network(saved: SavedModel) -> str:
    arch = saved.model.architecture
    read = f"vectors of {arch.input_size}" if arch.vocabulary_size else f"{arch.input_size} numbers"
    read += f", {arch.buckets:,} for n-grams of {arch.subwords}" if arch.buckets else ""
    if arch.convolution:
        read += f" -> 2 convolutions, stride {arch.convolution}"
    layers = f"{arch.num_layers} layers of " if arch.num_layers > 1 else ""
    ways = "both directions" if arch.bidirectional else "forward"
    return (
        f"{read} -> {layers}{arch.cell}, {arch.hidden_size} units, {ways} -> "
        f"{what_the_head_reads(arch)} -> {saved.task.size}; "
        f"{saved.model.num_parameters:,} parameters"
    )


def _linear(linear: LinearPath, mix: Mix) -> str:
    """Return what the linear path is, and how much it counts."""
    return (
        f"{linear}; {linear.num_parameters:,} parameters; the answer is that of "
        f"{mix.recurrence:.2f} x the network's scores + {mix.linear:.2f} x theirs"
    )


def _joint(joint: JointPath) -> str:
    """Return what joint n-grams are, and how much they count."""
    return (
        f"{joint}; an answer is as probable as {joint.recurrence:.2f} x the network's log P + "
        f"{joint.joint:.2f} x theirs say, among those that either proposes"
    )


def _is_untrained(card: Mapping[str, Any]) -> bool:
    """Tell whether weights of another system were kept as they came."""
    return _section(_section(card, "config"), "training").get("epochs") == 0


def _origin(card: Mapping[str, Any]) -> str:
    data, versions = _section(card, "data"), _section(card, "versions")
    if _is_untrained(card):
        return (
            f"nothing here: weights of another system (sha256 {excerpt(card.get('init_from'))}), "
            f"named by {show_path(data.get('name', 'unknown'))}"
        )
    return (
        f"{show_path(data.get('name', 'unknown'))}: "
        f"{_count(data.get('rows'))} rows, {_count(data.get('valid_rows'))} to "
        f"validate; grucli {excerpt(versions.get('grucli', '?'))}, "
        f"NumPy {excerpt(versions.get('numpy', '?'))}"
    )


def _vectors(found: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    share = found.get("text_share")
    text = percent(share) if isinstance(share, float) else "?"
    return (
        f"from {show_path(_section(config, 'model').get('vectors', '?'))}: "
        f"{_count(found.get('tokens'))} tokens, {text} of the text"
    )


def _scores(saved: SavedModel) -> str:
    card, task = saved.card, saved.task
    scores = _section(card, "scores")
    if _is_untrained(card):
        return "unknown"
    measures = {one.name: one for one in task.measures()}
    figures: list[Measure | FigureKind] = [measures.get(kind.name, kind) for kind in task.figures]
    part = "kept_" if "kept_loss" in scores else "valid_"
    where = "cross-validated" if "epochs" in scores else "validation"
    if "valid_loss" not in scores:
        figures, part, where = figures[:1], "", "training"
    listed = ", ".join(
        f"{one.title} {_number(scores[part + one.name], has_unit=one.has_unit)}"
        for one in (*figures, LOSS)
        if part + one.name in scores
    )
    alone = both = ""
    if saved.model.joint is not None and isinstance(card.get("joint"), Mapping):
        alone, both = " of the network alone", f"; with joint n-grams {_jointly(card['joint'])}"
    return f"epoch {excerpt(card.get('epoch', '?'))}, {where}{alone} {listed or 'unknown'}{both}"


def _jointly(scores: Mapping[str, Any]) -> str:
    """Return what held-out rows said of joint n-grams; a card may hold anything."""
    each = (scores.get(name) for name in ("exact_match_before", "exact_match"))
    before, after = (f"{one:.3f}" if isinstance(one, float) else "?" for one in each)
    return f"exact match {before} -> {after}"


def _calibration(saved: SavedModel) -> Iterator[str]:
    """Yield what was fitted to rows that were held out."""
    scores = _section(saved.card, "scores")
    before, after = scores.get("calibration_before"), scores.get("calibration_after")
    if isinstance(before, float) and isinstance(after, float):
        factor, alone = saved.model.mix.recurrence, saved.model.linear is None
        how = f"the network's scores x {factor:.2f}; " if alone else ""
        yield f"{how}error {before:.3f} -> {after:.3f} on rows that were held out"
    for line in saved.task.calibration:
        yield line if isinstance(line, str) else line.text


def _given(card: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the settings that differ from the schema's defaults."""
    from grucli.config.schema import Config  # late: it brings pydantic

    usual = dict(_leaves(Config().model_dump(mode="json")))
    for key, value in _leaves(_section(card, "config")):
        if value != usual.get(key):
            yield key, value


def _leaves(section: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in section.items():
        below = f"{path}.{key}" if path else str(key)
        if isinstance(value, Mapping) and path == "":
            yield from _leaves(value, below)
        else:
            yield below, value


def _section(card: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a part of the card; the file may hold anything there."""
    part = card.get(name)
    return part if isinstance(part, Mapping) else {}


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "off" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else excerpt(value)


def _number(value: Any, *, has_unit: bool) -> str:
    is_number = isinstance(value, int | float)
    return number(float(value), has_unit=has_unit) if is_number else excerpt(value)

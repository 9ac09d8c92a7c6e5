"""What a model is made of, and its settings, as tables that open at a click."""

from __future__ import annotations

from grucli.errors import excerpt
from grucli.modelfile.checkpoint import SavedModel
from grucli.report.model_card import parameter_rows, setting_rows
from grucli.report.page.markup import Markup, joined
from grucli.report.page.plot import folded

SETTING_WIDTH = 200  # [characters]; a config and a model file may hold anything


def model_tables(saved: SavedModel) -> Markup:
    """Return the parameters of each part, and the settings that are not the default, with why."""
    settings = [[excerpt(cell, SETTING_WIDTH) for cell in row] for row in setting_rows(saved.card)]
    return joined(
        folded("parameters", ("part", "number", "share"), parameter_rows(saved), "lrr"),
        folded("settings", ("setting", "value", "why"), settings, "lll") if settings else None,
    )

"""The decoder: it says how likely each symbol of a target is, after those before it.

    h_0 = tanh(W final + b)     (1)    from the last states of the encoder's directions
    h_t                         (2)    the recurrence over the symbols before, the first of which is
                                       END
    o_t                         (3)    attention over the encoder's states, as in `engine.attention`
    u_t                         (4)    o_t, or with more layers what `upper_layers` make of it
    g_t = V u_t + c             (5)    scores of the symbols; with copying log P (`engine.copying`)

Without attention o_t is h_t (Sutskever et al. 2014, arXiv:1409.3215); and where the encoder has one
direction, its last state is h_0 as it is.

In training all symbols before are the target's own ("teacher forcing", Williams & Zipser 1989), so
that all steps run at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from grucli.data.batches import Batch
from grucli.engine import attention, copying, embedding, linear, recurrent
from grucli.engine.attention import Pairs
from grucli.engine.beam import END
from grucli.engine.packing import Floats, Integers, Packing
from grucli.engine.params import Parameters, Shape, glorot_uniform
from grucli.engine.steps import Steps
from grucli.engine.tape import Tape
from grucli.model import upper_layers
from grucli.model.dropout import Masks
from grucli.model.upper_layers import UpperLayers
from grucli.values import dataclass

if TYPE_CHECKING:
    from grucli.model.network import Architecture, Model

SYMBOL_SCALE = 0.1  # standard deviation of the first vectors of symbols


def shapes(architecture: Architecture) -> dict[str, Shape]:
    """Return the shape of each parameter but those of the head."""
    arch, units = architecture, architecture.hidden_size
    width, size = units * arch.num_directions, arch.input_size if arch.vocabulary_size else units
    parts: dict[str, dict[str, Shape]] = {
        "decoder": recurrent.CELLS[arch.cell].shapes(size, units, 1),
        "start": {"weight": (units, width), "bias": (units,)} if _has_start(arch) else {},
        "attention": attention.shapes(width, units) if arch.attention else {},
        "copying": copying.shapes(width, units) if arch.copying else {},
    }
    parts |= dict.fromkeys(upper_layers.names(arch), upper_layers.shapes(arch))
    named = {f"{part}_{n}": shape for part, own in parts.items() for n, shape in own.items()}
    return {"symbols": (arch.num_outputs, size), **named}


def initialise_(architecture: Architecture, params: Parameters, rng: np.random.Generator) -> None:
    """Draw the first values of the parameters named by `shapes`."""
    params["symbols"][...] = rng.normal(0, SYMBOL_SCALE, params["symbols"].shape)
    for name in ("decoder", *upper_layers.names(architecture)):
        recurrent.initialise_(architecture.cell, params.within(f"{name}_"), rng)
    if _has_start(architecture):
        params["start_weight"][...] = glorot_uniform(params["start_weight"].shape, rng)
        params["start_bias"].fill(0)
    if architecture.attention:
        attention.initialise_(params.within("attention_"), rng)
    if architecture.copying:
        copying.initialise_(params.within("copying_"), rng)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Targets:
    """How the targets of a batch are laid out; M steps of all of them.

    Attributes:
        pairs: sources and targets.
        order: (B,) the row of the source that each row of the packed targets belongs to.
        place: (M,) where each packed step stands when one target stands after the other.
        symbols, index: the distinct symbols that steps read, and (M,) which one each does.
    """

    pairs: Pairs
    order: Integers
    place: Integers
    symbols: Integers
    index: Integers

    @classmethod
    def of(cls, targets: Steps, sources: Packing, num_symbols: int) -> _Targets:
        """Lay out targets, whose rows are in the order of the packed sources."""
        order = np.argsort(-targets.lengths, kind="stable")
        packing = Packing(targets.lengths[order])
        place = targets.starts[order][packing.row] + packing.step
        before = np.where(packing.step == 0, END, targets.values[place - 1])
        symbols, index = embedding.distinct(before, num_symbols)
        pairs = Pairs(sources, packing, order)
        return cls(pairs=pairs, order=order, place=place, symbols=symbols, index=index)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Forward:
    """What backward needs of the last forward, beside the tapes; M steps of all targets.

    Attributes:
        targets: how they are laid out.
        start: (B, H) of (1), in the order of the sources, and `final`, of which it is made.
        states: (M, H) of (2).
        sources: (N, F) as given.
        outputs: (M, H) of (4), after dropout.
        masks: of dropout.
        copied: what the way back through copying needs.
    """

    targets: _Targets
    start: Floats
    final: Floats
    states: Floats
    sources: Floats
    outputs: Floats
    masks: Masks
    copied: copying.Memory | None


class Decoder:
    """One caller's way through the decoder of a model, in buffers of its own.

    Attributes:
        tapes: one for each recurrent layer, as those of a runner.
        looks: the tape of attention.
    """

    def __init__(self, model: Model) -> None:
        """Prepare to run the decoder of `model`."""
        self._model, self._upper = model, UpperLayers(model.architecture, model.params)
        self.tapes = [Tape(model.dtype), *self._upper.tapes]
        self.looks = Tape(model.dtype)
        self._forward: _Forward

    @property
    def pairs(self) -> Pairs:
        """The order of the steps of the last sources and targets."""
        return self._forward.targets.pairs

    @property
    def weights(self) -> Floats | None:
        """(B, T, S) how much each step of the last targets looks at each step of its source.

        None for a decoder without attention.
        """
        return self.looks["weights"] if self._model.architecture.attention else None

    def forward(
        self, batch: Batch, sources: Floats, final: Floats, packing: Packing, masks: Masks
    ) -> Steps:
        """Return the scores (T, V) of the steps of each target, in the order of the batch.

        Args:
            batch: with its targets, whose symbols are within the vocabulary.
            sources: (N, F) the encoder's states, packed.
            final: (B, F) its last ones.
            packing: of the sources.
            masks: what is dropped.
        """
        params, arch = self._model.params, self._model.architecture
        assert isinstance(batch.targets, Steps)
        targets = _Targets.of(batch.targets, packing, arch.num_outputs)
        start, pairs = start_of(arch, params, final), targets.pairs
        outputs = states = self._states(targets, start)
        if arch.attention:
            within = params.within("attention_")
            outputs = attention.forward(within, states, sources, pairs, self.looks)
        outputs = masks.apply(self._upper.forward(outputs, pairs.target, masks))
        scores, copied = linear.forward(params.within("head_"), outputs), None
        if arch.copying:
            scores, copied = copying.forward(
                params.within("copying_"), scores, outputs, sources, batch.held, pairs
            )
        self._forward = _Forward(
            targets=targets,
            start=start,
            final=final,
            states=states,
            sources=sources,
            outputs=outputs,
            masks=masks,
            copied=copied,
        )
        values = np.empty_like(scores)
        values[targets.place] = scores
        return Steps(values=values, lengths=batch.targets.lengths)

    def _states(self, targets: _Targets, start: Floats) -> Floats:
        """Return (M, H) of (2), which begins with `start` (B, H) in the order of the sources."""
        params = self._model.params
        states, _ = recurrent.forward(
            self._model.architecture.cell,
            params.within("decoder_"),
            params["symbols"][targets.symbols],
            targets.pairs.target,
            self.tapes[0],
            h0=start[targets.order][None],
            index=targets.index,
        )
        return states

    def backward(self, d_scores: Steps, grads: Parameters) -> tuple[Floats | None, Floats]:
        """Return d_sources (N, F) and d_final (B, F) of the last `forward`, which is used up.

        Without attention nothing but the last states is read, and d_sources is None.

        Args:
            d_scores: of the form of the scores.
            grads: the parameters of the decoder and of the head are overwritten.
        """
        params, last, pairs = self._model.params, self._forward, self._forward.targets.pairs
        d_copied, d_head = None, d_scores.values[last.targets.place]
        if last.copied is not None:
            d_head, *d_copied = copying.backward(
                params.within("copying_"), last.copied, d_head, pairs, grads.within("copying_")
            )
        d_outputs = linear.backward(
            params.within("head_"), last.outputs, d_head, grads.within("head_")
        )
        if d_copied is not None:
            d_outputs += d_copied[0]
        d_outputs, d_sources = last.masks.undo(d_outputs), None
        d_states = self._upper.backward(d_outputs, pairs.target, last.masks, grads)
        if self._model.architecture.attention:
            d_states, d_sources = attention.backward(
                params.within("attention_"),
                last.states,
                last.sources,
                pairs,
                self.looks,
                d_states,
                grads.within("attention_"),
            )
            if d_copied is not None:
                d_sources += d_copied[1]
        d_start = np.empty_like(last.start)
        d_start[last.targets.order] = self._backward_recurrence(d_states, grads)
        return d_sources, self._backward_start(d_start, grads)

    def _backward_start(self, d_start: Floats, grads: Parameters) -> Floats:
        """Return the gradient (B, F) of the encoder's last states; `d_start` (B, H) is used up."""
        params, last = self._model.params, self._forward
        if not _has_start(self._model.architecture):
            return d_start
        d_start *= 1 - last.start * last.start  # (1)
        return linear.backward(params.within("start_"), last.final, d_start, grads.within("start_"))

    def _backward_recurrence(self, d_states: Floats, grads: Parameters) -> Floats:
        """Return the gradient (B, H) of the first states, in the order of the packed targets."""
        params, arch, targets = self._model.params, self._model.architecture, self._forward.targets
        d_x = self.tapes[0].take("d_inputs", len(targets.symbols), params["symbols"].shape[1])
        d_h0 = recurrent.backward(
            arch.cell,
            params.within("decoder_"),
            targets.pairs.target,
            self.tapes[0],
            d_states,
            None,
            grads.within("decoder_"),
            index=targets.index,
            d_x=d_x,
        )
        grads["symbols"].fill(0)
        grads["symbols"][targets.symbols] = d_x
        d_start: Floats = d_h0[0]
        return d_start


def _has_start(architecture: Architecture) -> bool:
    """Whether a layer makes the first state of the last ones, and it is not simply the last."""
    return architecture.attention or architecture.num_directions > 1


def start_of(
    architecture: Architecture, params: Parameters, final: Floats, tile: int = 1
) -> Floats:
    """Return (B, H) the states that targets begin with, of the encoder's last ones (1)."""
    if not _has_start(architecture):
        return final
    start: Floats = np.tanh(linear.forward(params.within("start_"), final, tile))
    return start

"""The keys of a config: this schema validates them, documents them, generates a JSON Schema.

None stands for a value that is chosen from the data later; users write it `auto`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from grucli.config.kinds import (
    Auto,
    ColumnName,
    Count,
    Delimiter,
    Encoding,
    FilePath,
    LabelName,
    LabelShares,
    LabelWeights,
    No,
    Several,
    Share,
    Size,
    TaskName,
    number_if_it_reads_so,
)
from grucli.config.strict_yaml import KeyPath
from grucli.data.forms import FormatName, Missing
from grucli.data.series import View
from grucli.data.text import TokenMode
from grucli.data.windows import WindowLabel
from grucli.engine import PoolingName
from grucli.engine.cells import CellName


class _Section(BaseModel):
    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
    )


class DataConfig(_Section):
    """Which data is read, and how."""

    train: FilePath | None = None
    """The file to learn from, where no DATA is given; relative to the config file."""
    valid: Annotated[Auto[Share | FilePath], BeforeValidator(number_if_it_reads_so)] = None
    """The file to validate on, or the share of the training rows that is held out for it; 0 trains
    on all rows and keeps the last epoch."""
    test: Annotated[Share | FilePath | None, BeforeValidator(number_if_it_reads_so)] = None
    """The file to score the finished model on, or the share of the training rows that is held out
    for it before anything is learned. A share has its part of each label, equal inputs and rows of
    one group on one side; of rows that follow each other in time it is the last ones."""
    text: Auto[Several[ColumnName]] = None
    """The column that holds the text, or several that are joined; of conll, the number of the one
    with the token."""
    label: Auto[ColumnName] = None
    """The column that holds the label; of conll, the number of the one with the tags."""
    label_separator: Delimiter | None = None
    """What stands between the labels of a cell, where a row may have any number of them: the task
    multilabel. Blanks around a label are no part of it, and an empty cell has no label."""
    weight: ColumnName | None = None
    """The column that says how much a row counts in training: a number above 0. They are scaled to
    a mean of one."""
    group: ColumnName | None = None
    """The column whose values keep rows together: those of one value are never split between
    training and validation."""
    values: Auto[Several[ColumnName]] = None
    """The columns that hold numbers, as names or as patterns such as v*: the steps of a sequence,
    or with id its channels. In JSONL, the key of the sequence."""
    id: Auto[ColumnName] = None
    """The column that says which rows are the steps of one sequence."""
    time: Auto[ColumnName] = None
    """The column that orders the steps of a sequence: numbers, or dates that tell day and month
    apart, such as 2024-05-31 18:30, 31.05.2024 18:30 or 31 May 2024."""
    window: Annotated[int, Field(ge=2, le=1_000_000)] | None = None
    """Of a table with a step a row: cuts what belongs to one id, or without an id the whole table,
    into windows of so many steps, each a sequence with a label of its own."""
    step: Auto[Annotated[int, Field(ge=1, le=1_000_000)]] = None
    """How many steps the next window begins behind the start of the one before; auto is the length
    of a window, so that they do not overlap."""
    window_label: WindowLabel = "last"
    """Which label of its steps is that of a window: the last, or that of the majority, of equally
    frequent ones that which comes last. Steps without a label do not count."""
    gap_channel: bool = False
    """Whether the time since the step before is a channel, as a logarithm: windows then reach over
    gaps in time, which else begin anew."""
    missing: Missing = "refuse"
    """What becomes of a missing number: an error, or the mean of its channel, with one more channel
    that is 1 there."""
    format: FormatName = "auto"
    """How files are read; auto goes by their names and first lines. conll has a token and its tag a
    line, and blank lines between sequences."""
    delimiter: Auto[Delimiter] = None
    """What separates the columns of a table."""
    quotes: Auto[bool] = None
    """Whether quotes enclose cells of a table, as in CSV (RFC 4180); with false they are characters
    like others. auto goes by the rows."""
    encoding: Auto[Encoding] = None
    """The encoding of text files; auto is UTF-8, with or without a byte order mark."""
    header: bool = True
    """Whether the first row of a table names its columns."""
    labels: Several[LabelName] | None = None
    """Of --init-from with weights of another system: the labels in the order of its outputs;
    without it they are those of the data, sorted, whole numbers by their size."""
    tokens: TokenMode = "auto"
    """What a step is; auto is words for alphabets and single characters for Chinese, Japanese and
    Thai, or char where nearly all texts have no inner space. pairs are pieces of words that the
    training texts are often written with (byte pairs), exact is each character as it stands: of
    the task generate, auto is one of these where answers are spelled as inputs are."""
    min_count: Count = 1
    """How often a token must occur in the training data to enter the vocabulary, that of
    inputs: what a task writes with is all that its targets hold."""
    max_vocabulary: Count = 30_000
    """How many tokens the vocabulary of inputs holds at most; the most frequent ones stay."""
    vocabulary: FilePath | None = None
    """Of --init-from with weights of another system: the file that has its tokens, one a line, that
    of id 0 first; relative to the config file."""
    channels: Auto[Several[View]] = None
    """How each channel of a numeric sequence is seen: its values, their logarithm (log), the shape
    of the sequence without its level and size, the change of that shape from step to step; place is
    how far along a step is. Several ways stand side by side, each scaled over the training data."""
    max_length: Auto[Count] = None
    """How many steps of a sequence are kept; auto is the 99th percentile of the training data. Of
    tags it is the longest window that is learned from: answers read all steps."""


class ModelConfig(_Section):
    """What is trained."""

    cell: CellName = "gru"
    """The recurrent cell: gru resets after the product, as cuDNN and PyTorch do, gru_before before
    it, as in Cho et al. 2014 (v3); mingru has no reset gate, and lets its gate and its candidate
    read the input alone (Feng et al. 2024), which is faster; rnn has no gates and is the baseline
    to compare with."""
    embedding_size: Auto[Size] = None
    """Numbers that stand for a token."""
    vectors: FilePath | None = None
    """A file of pretrained token vectors to start from: the text format of word2vec, fastText and
    GloVe; relative to the config file."""
    convolution: Auto[Annotated[int, Field(ge=1, le=10_000)] | No] = None
    """Two short convolutions before the recurrence, and how many steps one step of the recurrence
    then stands for; false lets the recurrence read the steps themselves."""
    hidden_size: Auto[Size] = None
    """Units of the recurrent state, in each direction."""
    num_layers: Annotated[int, Field(ge=1, le=8)] = 1
    """Recurrent layers on top of each other."""
    bidirectional: Auto[bool] = None
    """Whether sequences are also read from their end."""
    pooling: Auto[Several[PoolingName]] = None
    """How the states of a sequence become one vector; several ways stand side by side in it."""
    dropout: Auto[Annotated[float, Field(ge=0, le=0.9)]] = None
    """Share of the token vectors' values, of the states between layers and of the pooled features
    that is zeroed in training."""
    token_dropout: Auto[Annotated[float, Field(ge=0, le=0.9)]] = None
    """Share of the tokens that are read as unknown in training; of a model that copies, on both
    sides, one of a row at most, so that it learns to copy what it has never seen."""
    chain: Auto[bool] = None
    """Of the task tag alone: whether the tags of a sequence are answered together, by which of them
    follow each other, begin it and end it. auto is true where tags are parts of chunks, such as
    B-PER and I-PER."""
    copying: Auto[bool] = None
    """Of the task generate alone: whether an answer may copy steps of its input. auto is true where
    at least a tenth of the symbols of training targets stand in their own input, too."""
    attention: Auto[bool] = None
    """Of the task generate alone: whether each symbol of an answer looks at all steps of its input.
    false leaves it the last state of the encoder alone, to compare with; auto is true."""
    decoder_layers: Annotated[int, Field(ge=1, le=8)] = 1
    """Of the task generate alone: recurrent layers of the decoder. The first one looks at the
    input, those above it read what it has seen, so that an answer knows what it has looked at."""
    wide: Literal["auto"] | bool = "auto"
    """Whether a linear layer counts beside the recurrence: over n-grams of a text, or over what
    fixed kernels give for a numeric sequence. auto is yes for n-grams that lower the validation
    loss by more than its standard error, and for kernels by the factor that lowers it most; without
    validation it is no. Of the task generate it is joint n-grams, of steps of the input and what is
    written for them, that count beside the decoder: auto is yes where 1,000 rows or more are
    learned from and more answers to held-out rows are right, by more than a standard error."""
    subwords: Auto[Literal[False] | Annotated[int, Field(ge=16, le=32_768)]] = None
    """Vectors that n-grams share by hashing; their mean is added to a token's own vector. They are
    the n-grams of 3 to 5 characters of a token, or where tokens are single characters those of 2
    and 3 tokens that end with it. auto is
    8192 for words where model.wide, which reads n-grams itself, is false, and false for the rest.
    Of tokens that the data hold it is what they begin and end with, their shape and their form in
    one case instead; there auto is 4 for each distinct token, from 2048 to 32768."""
    half_precision: bool = False
    """Whether the finished weights are rounded to half precision (float16), so that the model file
    is about half as large. Training computes as before, and validates what is not rounded yet."""
    initialisation: Auto[Literal["orthogonal", "chrono"]] = None
    """How recurrent weights start; chrono also sets the gates' biases for long memories. auto is
    chrono for cells with gates where only the last state of one direction is read, after 30 steps
    or more."""


class TrainingConfig(_Section):
    """How it is trained."""

    optimizer: Literal["adam", "sgd"] = "adam"
    """The update rule."""
    momentum: Auto[Annotated[float, Field(ge=0, lt=1)]] = None
    """Share of the last update that the next one keeps; for sgd only."""
    learning_rate: Auto[Annotated[float, Field(gt=0, le=10)]] = None
    """Size of the updates, at the peak of the schedule."""
    weight_decay: Auto[Annotated[float, Field(ge=0, le=10)]] = None
    """Shrinks the weights in each update, apart from the gradient (decoupled)."""
    batch_size: Auto[Annotated[int, Field(ge=1, le=65_536)]] = None
    """Sequences in an update."""
    epoch_rows: Auto[Annotated[int, Field(ge=1)]] = None
    """Sequences of an epoch at most: with more training data each epoch is a part of it, and the
    next one goes on from there, so that a validation comes every so many rows. auto is all of
    up to 65,536, and else so many."""
    epochs: Auto[Annotated[int, Field(ge=0, le=100_000)]] = None
    """Passes over the training data, or over as much of it as training.epoch_rows says, at most; 0
    keeps the weights of --init-from as they are."""
    patience: Auto[Annotated[int, Field(ge=1, le=100_000)] | Literal["off"]] = None
    """Epochs without a better validation result after which training stops."""
    folds: Auto[Annotated[int, Field(ge=2, le=20)] | Literal["off"]] = None
    """Parts of the training data, each of which is validated on once by a model that has learned
    from the others; then one learns from all rows, for as many epochs as were best on average."""
    clip_norm: Auto[Annotated[float, Field(gt=0, le=1_000_000)] | Literal["off"]] = None
    """Longest gradient, as the Euclidean norm over all parameters; a longer one is scaled down."""
    averaging: Auto[Annotated[float, Field(gt=0, lt=1)] | Literal["off"]] = None
    """Decay, a step, of the moving average of the weights that is validated and kept."""
    augmentation: Auto[Annotated[float, Field(gt=0, le=10)] | Literal["off"]] = None
    """How much numeric sequences are changed at random in training: 1 is noise of 0.1 standard
    deviations, scaling by 20 % and a speed that varies by 30 %."""
    schedule: Auto[Literal["constant", "cosine", "plateau"]] = None
    """The learning rate after the warm-up: constant, falling along a cosine to 0 at the last epoch,
    or halved whenever two epochs bring no lower loss."""
    warmup_steps: Auto[Annotated[int, Field(ge=0, le=1_000_000)]] = None
    """Updates over which the learning rate rises from 0."""
    class_weight: Literal["none", "balanced"] | LabelWeights = "none"
    """How much a row counts by its label: balanced makes all labels count alike; a label that a
    mapping leaves out counts 1."""
    loss: Auto[Literal["huber", "squared"]] = None
    """What an error of the task regress costs: half its square, or with huber beyond one standard
    deviation of the targets by its size alone, so that a few wild targets do not rule. auto is
    huber; other tasks have one loss."""
    label_smoothing: Auto[Annotated[float, Field(ge=0, lt=1)]] = None
    """Share of each target that is spread over all labels, against overconfidence."""
    recall: LabelShares | None = None
    """How much of the rows with a label shall be found: the highest threshold that does so on rows
    that are held out is chosen. A label with a threshold is answered where it reaches it, first
    those of recall, each in their order; else the most probable other one is."""
    precision: LabelShares | None = None
    """How much of the answers with a label shall be right: the lowest threshold that does so on
    rows that are held out is chosen."""
    dtype: Literal["float32", "float64"] = "float32"
    """The numbers that are computed with."""
    moments: bool = False
    """Whether the model file tells how training went from inside, of up to 24 epochs: for 64 of the
    training sequences the gradient of each array of weights, how far back it reaches and what the
    gates do, and how far each array moves in a step. inspect-gates shows it."""
    shards: Auto[Annotated[int, Field(ge=1, le=64)]] = None
    """Parts into which each batch is dealt, to be computed at the same time; the last bits of a
    model depend on it."""
    workers: Auto[Annotated[int, Field(ge=0, le=64)]] = None
    """Processes beside the first one: they train on folds and on all rows at the same time or,
    where there are no folds, compute shards; no bit of a model depends on it. auto is one for each
    further training or shard and usable core, and none with several threads or beside ranks of
    MPI."""

    @field_validator("momentum")
    @classmethod
    def _momentum_is_for_sgd(cls, momentum: float | None, info: ValidationInfo) -> float | None:
        if momentum is not None and info.data.get("optimizer", "sgd") != "sgd":
            raise ValueError("is for training.optimizer sgd only; delete it or choose sgd")
        return momentum


class Config(_Section):
    """Everything that can be configured."""

    task: TaskName = "auto"
    """What is learnt; auto finds it in the data."""
    preset: Literal["auto", "plain"] = "auto"
    """What becomes of settings left auto: auto lets the data decide; plain is embedding,
    recurrence, pooling and head and nothing else, for comparisons."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    """Start of all random numbers: the same seed gives the same model."""
    data: DataConfig = Field(default_factory=DataConfig)
    model: ModelConfig = Field(default_factory=ModelConfig)
    training: TrainingConfig = Field(default_factory=TrainingConfig)


SECTIONS: dict[str, type[BaseModel]] = {
    "data": DataConfig,
    "model": ModelConfig,
    "training": TrainingConfig,
}
KEYS: tuple[KeyPath, ...] = (
    ("task",),
    ("preset",),
    ("seed",),
    *((section, key) for section, keys in SECTIONS.items() for key in keys.model_fields),
)

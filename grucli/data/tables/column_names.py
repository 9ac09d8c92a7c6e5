"""Names of columns: those that say what a column holds, and those that a user gives."""

import csv
from collections import Counter
from collections.abc import Collection, Sequence, Set
from typing import Final

from grucli.errors import DataError, did_you_mean, excerpt

TEXT_NAMES: Final = (
    *("text", "sentence", "review", "content", "comment", "message", "tweet", "document", "body"),
    *("utterance", "phrase", "question", "query", "input", "title", "headline", "subject"),
    *("description", "sequence", "seq", "dna", "name", "word"),
    *("文本", "内容", "评论", "正文", "句子", "留言", "标题", "姓名", "名字", "词语", "词"),
)
ASIDE_NAMES: Final = ("gender", "sex", "lang", "language", "性别", "语言")
"""Names of labels that stand beside the real one more often than alone."""
LABEL_NAMES: Final = (
    *("label", "labels", "class", "category", "target", "sentiment", "polarity"),
    *("topic", "genre", "intent", "emotion", "domain", "section", "species"),
    *("y", "标签", "类别", "情感", "分类", "领域"),
    *ASIDE_NAMES,
)
SUBJECT_NAMES: Final = ("subject", "title", "headline", "summary", "标题", "主题", "题目")
"""Names of a short text that a longer one goes with; a topic may have such a name, too."""
WEIGHT_NAMES: Final = ("weight", "weights", "sample_weight", "权重")
ID_NAMES: Final = (
    *("id", "series", "series_id", "sequence_id", "seq_id", "case", "case_id", "sample_id"),
)
TIME_NAMES: Final = ("time", "timestamp", "datetime", "date", "step")
"""Known names, the surest first."""


def has_known_name(columns: Sequence[str]) -> bool:
    """Whether some column has a name that says text or label."""
    return not {*TEXT_NAMES, *LABEL_NAMES, *SUBJECT_NAMES}.isdisjoint(map(normal_name, columns))


def normal_name(name: str) -> str:
    """Return a column's name as the known names are written."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def names_in_header(cells: Sequence[str], place: str) -> tuple[str, ...]:
    """Return the names in a header row, without spaces around them.

    Raises:
        DataError: two columns have the same name (empty names do not count).
    """
    columns = tuple(cell.strip() for cell in cells)
    for column, count in Counter(columns).items():
        if column and count > 1:
            raise DataError(
                f"{place}: two columns are named '{excerpt(column)}'; rename one, "
                "or pass --no-header if this row is data"
            )
    return columns


def split_names(given: Sequence[str], columns: Collection[str]) -> tuple[str, ...]:
    """Return the names in `given`: what is a column as a whole, of the rest the parts at commas.

    A part that holds a comma itself is quoted, as in CSV.
    """
    known = frozenset(columns)
    return tuple(part for name in given for part in _parts(name.strip(), known))


def _parts(name: str, columns: Set[str]) -> list[str]:
    if name in columns:
        return [name]
    try:
        return [part.strip() for part in next(csv.reader([name], skipinitialspace=True), [])]
    except csv.Error:  # a line end in it
        return [name]


def column_hint(name: str, columns: Collection[str], *, listed: bool = True) -> str:
    """Return a hint for who names a column that there is not: the nearest, or one with commas.

    A name with commas is quoted where several names are `listed`, and nowhere else.
    """
    for column in columns:
        if "," in column and name in map(str.strip, column.split(",")):
            if listed:
                return f"; quote a name that holds a comma: '\"{excerpt(column)}\"'"
            return f"; did you mean '{excerpt(column)}'?"
    return did_you_mean(name, columns)

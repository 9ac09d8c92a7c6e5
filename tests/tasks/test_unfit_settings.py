"""No task ignores a setting that is another one's."""

import pytest

from grucli.data.records import Record
from grucli.errors import ConfigError
from grucli.tasks import task_type

RECORDS = {
    "classify": [Record(number=1, label="a"), Record(number=1, label="b")],
    "multilabel": [Record(number=1, labels=("a", "b")), Record(number=1, labels=())],
    "tag": [Record(number=1, tokens=("x", "y"), tags=("A", "B"))],
}


@pytest.mark.parametrize("name", RECORDS)
def test_the_loss_of_numbers_is_refused_where_there_is_one_loss(name):
    task = task_type(name).fit("data", RECORDS[name])
    settings = {"label_smoothing": 0.1, "loss": None}
    assert task.objective(settings).label_smoothing == 0.1
    with pytest.raises(ConfigError, match=r"^training\.loss: is of the task regress; delete it$"):
        task.objective(settings | {"loss": "huber"})

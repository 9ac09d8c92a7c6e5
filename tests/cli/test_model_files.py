"""Model files that are intact and still not what a model is: code 4 and one line."""

import pytest

from grucli.archive import read_archive, write_archive
from tests.cli.helpers import grucli
from tests.cli.test_train import assert_one_error


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", True),
        ("label", {"x": 1}),
        ("values", None),
        ("quotes", 0),
        ("header", "no"),
        ("encoding", 8),
        ("encoding", "klingon"),
        ("delimiter", ", "),
        ("kind", ["text"]),
        ("missing", 0),
        ("surprise", 1),
    ],
)
def test_what_cannot_have_been_remembered_is_a_fault_of_the_file(tmp_path, text_model, name, value):
    whole, path = read_archive(text_model), tmp_path / "m.npz"
    write_archive(path, with_remembered(whole.meta, name, value), whole.arrays)
    (tmp_path / "a.csv").write_text("text,label\ngood film,positive\n")
    for words in (["predict", "a.csv"], ["inspect-gates"]):
        done = grucli(*words, "-m", "m.npz", cwd=tmp_path)
        assert_one_error(done, 4, "m.npz: inconsistent: ", "train the model again")


def with_remembered(meta, name, value):
    return {**meta, "remembered": {**meta["remembered"], name: value}}

"""What a model that writes makes of a few held-out inputs."""

from grucli.config.resolve import resolve
from grucli.report.samples import SHOWN, sample_lines
from grucli.training.session import RunRequest, Session

SMALL = ("model.embedding_size=4", "model.hidden_size=4", "training.epochs=2")


def trained(path, *settings):
    rows = "".join(f"{k:02d}ab,{'x' if k % 3 else 'y'}\n" for k in range(60))
    path.write_text(f"text,label\n{rows}", encoding="utf-8")
    config = resolve(flags={"data.train": str(path)}, assignments=[*SMALL, *settings]).config
    session = Session(RunRequest(config=config))
    assert list(session.begin())
    assert list(session.train())
    return session


def test_answers_stand_beside_what_is_true(tmp_path):
    session = trained(tmp_path / "t.csv", "task=generate")
    lines = list(sample_lines(session.trainer, session.prepared))
    assert len(lines) == SHOWN
    for line, record in zip(lines, session.prepared.records[:SHOWN], strict=True):
        answer = line.removeprefix(f"  {record.text} -> ").rpartition("  (")[0]
        verdict = "right" if answer == record.label else f"true: {record.label}"
        assert line == f"  {record.text} -> {answer}  ({verdict})"


def test_there_are_none_of_labels_or_without_validation(tmp_path):
    for settings in (("data.valid=0.2",), ("task=generate", "data.valid=0")):
        session = trained(tmp_path / "t.csv", *settings)
        assert not list(sample_lines(session.trainer, session.prepared))

"""Tables as they come from other programs, through real processes."""

import json
from pathlib import Path

import pytest

from tests.cli.helpers import grucli

TINY = ("--set", "training.epochs=1", "--set", "model.hidden_size=4", "--valid", "0.25", "-q")


def labelled(rows: int = 40) -> list[tuple[str, str]]:
    """Return texts with their labels."""
    return [
        (f"the lamp is {'bad' if k % 2 else 'good'} number {k}", "pn"[k % 2]) for k in range(rows)
    ]


def test_names_with_commas_in_every_command(tmp_path: Path) -> None:
    name, label = "Comment, as written", "Mood, overall"
    rows = "".join(f'{k},"{text}, indeed",{y}\n' for k, (text, y) in enumerate(labelled()))
    data, model, config = (tmp_path / each for each in ("form.csv", "m.npz", "c.yaml"))
    data.write_text(f'no,"{name}","{label}"\n{rows}')
    options = ("--text", name, "--label", label)
    assert grucli("train", data, "-o", model, *options, *TINY).complaints == []
    config.write_text(f"data:\n  train: form.csv\n  text: {name}\n  label: {label}\n")
    again = tmp_path / "again.npz"
    assert grucli("train", "-c", config, "-o", again, *TINY).complaints == []
    assert again.read_bytes() == model.read_bytes()
    several = grucli("train", data, "--dry-run", "--json", "--text", f'"{name}",no', *options[2:])
    assert json.loads(several.text)["config"]["data.text"]["value"] == [name, "no"]
    ran = grucli("predict", data, "-m", model, "--to", "csv", "--keep", name)
    assert ran.lines[:1] == [f'"{name}",label,probability']
    assert ran.lines[1].startswith('"the lamp is good number 0, indeed",')
    ran = grucli("predict", data, "-m", model, "--to", "csv", "--keep", f'no,"{name}"')
    assert ran.lines[0] == f'no,"{name}",label,probability'
    given = ("-m", "m.npz", "--to", "csv", "--keep", f"{name},no")
    ran = grucli("predict", "form.csv", *given, cwd=tmp_path)
    assert ran.code == 3
    assert "quote a name that holds a comma" in ran.complaints[-1]
    assert grucli("evaluate", data, "-m", model, *options, "--json").code == 0
    assert grucli("inspect-gates", data, "-m", model, *options[:2], "--json").code == 0


@pytest.mark.parametrize("command", ["train", "predict"])
def test_the_message_for_a_part_of_a_name(command: str, tmp_path: Path, text_model: Path) -> None:
    (tmp_path / "form.csv").write_text('"Comment, as written",title,label\nfine,a,x\ndull,b,y\n')
    given = ("--text", "Comment, as written,title")
    others = ("--dry-run",) if command == "train" else ("-m", text_model)
    ran = grucli(command, "form.csv", *given, *others, cwd=tmp_path)
    assert ran.code == 3
    assert "quote a name that holds a comma: '\"Comment, as written\"'" in ran.complaints[-1]


def test_a_quote_in_a_file_without_quoting_costs_no_answer(
    text_model: Path, tmp_path: Path
) -> None:
    rows = [text for text, _ in labelled()]
    rows[10], rows[30] = f'"{rows[10]}', f'{rows[30]}"'
    data = "".join(f"{line}\n" for line in ["text\tlabel", *(f"{text}\tp" for text in rows)])
    (tmp_path / "t.tsv").write_text(data)
    said = (
        "1 row with quotes that enclose no cell, the first in line 12, read as they stand "
        "(pass --quotes or --no-quotes)"
    )
    for path, stdin in (("t.tsv", b""), ("-", data.encode())):
        given = ("-m", text_model, "--to", "csv", "--keep", "text")
        ran = grucli("predict", path, *given, stdin=stdin, cwd=tmp_path)
        assert ran.code == 0
        kept = [line.rsplit(",", 2)[0] for line in ran.lines[1:]]
        assert [cell.strip('"') for cell in kept] == [text.strip('"') for text in rows]
        assert said in ran.err
        told = ("-m", text_model, "--to", "label", "--quotes")
        assert len(grucli("predict", path, *told, stdin=stdin, cwd=tmp_path).lines) == 20


def test_a_row_that_reads_both_ways_is_one_error(text_model: Path, tmp_path: Path) -> None:
    rows = [f"{text},p" for text, _ in labelled()]
    rows[10], rows[30] = f'"{rows[10]}', rows[30].replace(",", '",')
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    ran = grucli("predict", "t.csv", "-m", text_model, "--to", "label", cwd=tmp_path)
    assert (ran.code, len(ran.lines)) == (3, 40)
    assert [k for k, label in enumerate(ran.lines) if label == "<error>"] == [10]
    said = "grucli: t.csv:12: a quoted cell would end in line 32, but its lines read as rows, too; "
    assert ran.complaints[-1].startswith(said)
    ran = grucli("predict", "t.csv", "-m", text_model, "--no-quotes", cwd=tmp_path)
    assert (ran.code, len(ran.lines)) == (0, 40)
    ran = grucli("train", "t.csv", "--dry-run", cwd=tmp_path)
    assert ran.code == 3
    assert ran.complaints[0].startswith(said)


def test_a_model_trained_without_quotes_reads_so(tmp_path: Path) -> None:
    rows = "".join(f'"{text}"\t{label}\n' for text, label in labelled())
    (tmp_path / "t.tsv").write_text("text\tlabel\n" + rows)
    (tmp_path / "c.yaml").write_text("data:\n  train: t.tsv\n  quotes: false\n")
    ran = grucli("train", "-c", "c.yaml", "-o", "m.npz", *TINY, cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    given = ("predict", "t.tsv", "-m", "m.npz", "--json", "--keep", "text")
    assert json.loads(grucli(*given, cwd=tmp_path).lines[0])["keep"]["text"].startswith('"the')
    told = grucli(*given, "--quotes", cwd=tmp_path)
    assert json.loads(told.lines[0])["keep"]["text"].startswith("the")
    ran = grucli("train", "t.tsv", "--no-quotes", "-o", "n.npz", *TINY, cwd=tmp_path)
    assert (tmp_path / "m.npz").read_bytes() == (tmp_path / "n.npz").read_bytes()


def test_headers_between_rows_in_every_command(text_model: Path, tmp_path: Path) -> None:
    rows = [f"{text},{label}" for text, label in labelled()]
    lines = ["text,label", *rows[:9], "\ufefftext,label", *rows[9:20], "text,label", *rows[20:]]
    data = ("\r\n".join(lines) + "\r\n").encode()
    said = "passed over 2 rows with the header again, the first in line 11"
    ran = grucli("train", "-", "--dry-run", "--json", stdin=data)
    told = json.loads(ran.text)["data"]
    assert told["labels"] == {"n": 20, "p": 20}
    assert said in told["findings"]
    assert said in ran.err
    ran = grucli("predict", "-", "-m", text_model, "--json", stdin=data)
    assert [json.loads(line)["row"] for line in ran.lines] == list(range(1, 41))
    assert (ran.code, said in ran.err) == (0, True)
    (tmp_path / "all.csv").write_bytes(data)
    for command in ("evaluate", "inspect-gates"):
        ran = grucli(command, tmp_path / "all.csv", "-m", text_model, "--json")
        assert said in ran.err
    assert grucli("predict", "-", "-m", text_model, "-q", stdin=data).err == ""
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]))
    valid = ("--valid", "all.csv")
    ran = grucli("train", "t.csv", "--dry-run", *valid, cwd=tmp_path)
    assert f"validation: all.csv, 40 rows; {said}" in ran.lines


def test_the_line_of_excel_in_a_pipe(text_model: Path) -> None:
    data = b'sep=;\r\nlabel;text\r\np;"good; or so"\r\n'
    given = ("-m", text_model, "--to", "csv", "--keep", "text")
    ran = grucli("predict", *given, stdin=data)
    assert ran.code == 0
    assert [line.rsplit(",", 2)[0] for line in ran.lines] == ["text", "good; or so"]


def test_a_text_to_explain_may_say_a_word_twice(text_model: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text,label\nfine,p\ndull,n\n")
    ran = grucli("inspect-gates", tmp_path / "t.csv", "-m", text_model, "--text", "good, good")
    assert ran.code == 0
    assert "good" in ran.text
    ran = grucli("predict", tmp_path / "t.csv", "-m", text_model, "--text", "text,text")
    assert (ran.code, ran.complaints) == (
        2,
        ["grucli: --text: names a column twice, got 'text,text'"],
    )

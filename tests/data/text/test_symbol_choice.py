import pytest

from grucli.data.text.symbol_choice import SHORT, choose, reading

PHONEMES = ["K AE1 T", "T AE1 K", "AE1 T K", "K T"] * 5


@pytest.mark.parametrize(
    ("texts", "kind", "reason"),
    [
        (PHONEMES, "space", "3 symbols"),
        ([*PHONEMES, ""], "space", "3 symbols"),
        ([*PHONEMES, "K  T"], "char", "characters on average"),
        (["2024-05-31", "1999-01-01"] * 20, "char", "10 characters"),
        (["positive", "negative"] * 20, "char", "8 characters"),
        ([f"the word{k} is new here" for k in range(99)], "char", "characters on average"),
        (["一个很长的句子"] * 9, "char", "7 characters"),
        (["a" * SHORT], "char", f"{SHORT} characters"),
        (["a" * (SHORT + 1)], "pairs", f"{SHORT + 1} characters"),
        ([""], "char", "0 characters"),
    ],
)
def test_targets_decide(texts: list[str], kind: str, reason: str) -> None:
    found, said = choose(texts)
    assert found == kind
    assert reason in said


DATES = ["March 3rd, 2021", "4 May 1999"], ["2021-03-03", "1999-05-04"]
NAMES = ["anna LEE", "bo li"], ["Lee, Anna", "Li, Bo"]
WORDS = ["tea", "cup"], ["茶", "杯子"]
PHRASES = ["hot tea", "a cup"], ["热茶", "一个杯子"]


@pytest.mark.parametrize(
    ("kind", "texts", "mode"),
    [
        ("char", DATES, "char"),
        ("char", NAMES, "exact"),
        ("char", WORDS, "char"),  # as such words are always read
        ("char", PHRASES, "auto"),
        ("char", (["", "a b"], ["", ""]), "auto"),
        ("space", (["cat", "at"], ["K AE T", "AE T"]), "char"),
        ("space", (["walk left", "run"], ["WALK LEFT", "RUN"]), "auto"),
        ("pairs", PHRASES, "pairs"),
    ],
)
def test_what_is_spelled_alike_is_read_as_it_is_written(kind, texts, mode) -> None:
    assert reading(kind, *texts) == mode

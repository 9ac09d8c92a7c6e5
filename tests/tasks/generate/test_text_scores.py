import logging

import pytest

from grucli.tasks.generate import text_scores
from grucli.tasks.generate.metrics import Compared

sacrebleu = pytest.importorskip("sacrebleu")
pytestmark = pytest.mark.skipif(
    not text_scores.are_installed(), reason="the extra generate is not installed"
)

ENGLISH = [("the cat sat", "the cat sat on the mat"), ("a dog ran home .", "the dog ran home .")]
CHINESE = [("今天天气好", "今天天气很好"), ("我喜欢狗", "我喜欢小猫")]


def rows_of(pairs, *more):
    return [Compared(source="s", answer=answer, truths=(truth, *more)) for answer, truth in pairs]


def ngram_f2(pairs):
    """The chrF of the paper: precision and recall of n-grams of characters, averaged over n."""
    scores = []
    for n in range(1, 7):
        hits = answers = truths = 0
        for pair in pairs:
            grams = []
            for text in pair:
                text = "".join(text.split())
                own = [text[k : k + n] for k in range(len(text) - n + 1)]
                grams.append({gram: own.count(gram) for gram in own})
            answer, truth = grams
            hits += sum(min(count, truth.get(gram, 0)) for gram, count in answer.items())
            answers += sum(answer.values())
            truths += sum(truth.values())
        scores.append((hits / answers, hits / truths))
    precision, recall = (sum(one) / len(scores) for one in zip(*scores, strict=True))
    return 100 * 5 * precision * recall / (4 * precision + recall)


def test_chrf_is_that_of_the_paper():
    score = text_scores.chrf(rows_of(ENGLISH))
    assert score.value == pytest.approx(ngram_f2(ENGLISH))
    assert score.how.startswith("#:1|c:mixed|")


def test_intervals_are_those_of_resampled_inputs():
    """Sacrebleu's own half width, which draws other resamples."""
    answers = [f"the {'cat' if k % 3 else 'dog'} has {k % 7} of {k} mice" for k in range(60)]
    truths = [f"the cat has {k % 5} of {k} mice" for k in range(60)]
    rows = rows_of(list(zip(answers, truths, strict=True)))
    for of_rows, own in (
        (text_scores.chrf, sacrebleu.CHRF()),
        (text_scores.bleu, sacrebleu.BLEU()),
    ):
        found, theirs = of_rows(rows), own.corpus_score(answers, [truths], n_bootstrap=1000)
        low, high = found.interval
        assert found.value == pytest.approx(theirs.score)
        assert low < found.value < high
        assert (high - low) / 2 == pytest.approx(theirs._ci, rel=0.15)
        assert of_rows(rows[:1]).interval is None


def test_bleu_says_how_it_cuts_texts():
    assert "tok:13a" in text_scores.bleu(rows_of(ENGLISH)).how
    chinese = text_scores.bleu(rows_of(CHINESE))
    assert "tok:zh" in chinese.how
    assert chinese.value > 20
    assert "tok:char" in text_scores.bleu(rows_of([("すしを食べる", "すしをたべる")])).how
    assert text_scores.bleu(rows_of([("a b c d", "a b c d")])).value == pytest.approx(100)


def test_several_truths_count():
    rows = rows_of([("x y z w", "a b c d")], "x y z w")
    mixed = rows + rows_of([("a b c d", "a b c d")])
    assert text_scores.bleu(mixed).value == pytest.approx(100)
    assert text_scores.chrf(mixed).value == pytest.approx(100)
    assert text_scores.rouge(mixed, ["rougeL"])[0].value == pytest.approx(1)


def test_rouge_reads_every_script():
    first, longest = text_scores.rouge(rows_of(CHINESE[:1]), ["rouge1", "rougeL"])
    assert first.value == longest.value == pytest.approx(10 / 11)
    rows = rows_of([("Der GRU läuft", "der gru läuft schnell"), ("", "x")])
    (score,) = text_scores.rouge(rows, ["rougeL"])
    assert score.value == pytest.approx((6 / 7 + 0) / 2)
    low, high = score.interval
    assert 0 <= low < score.value < high <= 1
    nothing, all_right = (
        text_scores.rouge(rows_of([pair] * 3), ["rouge2"])[0]
        for pair in (("x", "y"), ("a b", "a b"))
    )
    assert nothing.interval == pytest.approx((0, 1.96**2 / (3 + 1.96**2)), abs=1e-3)
    assert all_right.interval == pytest.approx((3 / (3 + 1.96**2), 1), abs=1e-3)


def test_nothing_is_printed(caplog, capfd):
    """Sacrebleu warns of periods that stand apart; here they are the data's."""
    with caplog.at_level(logging.DEBUG):
        text_scores.bleu(rows_of([("a b .", "a b .")] * 200))
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []

"""N-grams on the page: the same words and figures as in the text, and bars of one scale."""

import re

from grucli.data.text.ngram_parts import Ngram
from grucli.inspection.ngram_weights import NgramWeights, Side, WeighedNgram
from grucli.report.ngrams import ngrams
from grucli.report.page.ngrams import heaviest


def side(name, *found):
    return Side(
        name=name,
        ngrams=tuple(
            WeighedNgram(
                ngram=Ngram(kind="tokens", parts=(text,)), text=text, weight=weight, texts=texts
            )
            for text, weight, texts in found
        ),
    )


def weights(texts=60):
    return NgramWeights(
        texts=texts,
        found=4,
        known=9,
        sides=(side("<b>", ("rude", 16.0, 1200), ("不值", 4.0, 3)), side("", ("well", 8.0, 1))),
    )


def test_bars_are_of_one_scale_beside_their_figures():
    source = heaviest(weights())
    assert re.findall(r'style="--w:([\d.]+)"', source) == ["100.0", "25.0", "50.0"]
    rows = re.findall(
        r"<td>(.*?)</td>.*?<td class=\"r\">(.*?)</td><td class=\"r\">(.*?)</td>", source
    )
    assert rows == [("rude", "16.0", "1,200"), ("不值", "4.00", "3"), ("well", "8.00", "1")]
    assert re.findall(r"<h3>(.*?)</h3>", source) == ["&lt;b&gt;", "&lt;empty&gt;"]
    text = " ".join(" ".join(ngrams(weights())).split())
    assert all(f"{name} {weight} ({texts})" in text for name, weight, texts in rows)


def test_without_data_no_texts_are_counted():
    source = heaviest(weights(texts=None))
    assert "1,200" not in source
    assert "<th" in source
    assert ">texts</th>" not in source


def test_of_very_many_answers_the_first_are_shown():
    many = NgramWeights(
        texts=5, found=1, known=1, sides=tuple(side(f"l{k}", ("a", 1.0, 1)) for k in range(30))
    )
    source = heaviest(many)
    assert source.count("<h3>") == 24
    assert "and 6 more in --json" in source

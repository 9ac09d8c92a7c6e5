"""Elements escape whatever is not markup already."""

from grucli.report.page.markup import Markup, joined, tag


def test_elements_escape_all_but_markup():
    assert tag("p", "<b>", class_='"x"') == '<p class="&quot;x&quot;">&lt;b&gt;</p>'
    assert tag("p", tag("b", "&")) == "<p><b>&amp;</b></p>"
    assert tag("meta", http_equiv="a", content=None) == '<meta http-equiv="a">'
    assert joined("<", None, Markup("<br>")) == "&lt;<br>"
    assert tag("i", "\x1b\n\u202e") == r"<i>\x1b\n\u202e</i>"


def test_names_that_are_written_to_the_left_turn_nothing_around_them():
    assert joined("'שלום עולם…': 0.5") == "&#x27;\u2068שלום עולם…\u2069&#x27;: 0.5"
    assert joined("2 labels: שלום 67, مرحبا 3") == (
        "2 labels: \u2068שלום\u2069 67, \u2068مرحبا\u2069 3"
    )
    assert joined("שלום עולם…") == "\u2068שלום עולם…\u2069"
    assert joined("שלום, 12 עולם") == "שלום, 12 עולם"  # a text of its own
    assert joined("not 'good': 0.5") == "not &#x27;good&#x27;: 0.5"
    assert joined("'\u202eשלום'") == "&#x27;\u2068\\u202eשלום\u2069&#x27;"

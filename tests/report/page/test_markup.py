"""Elements escape whatever is not markup already."""

from grucli.report.page.markup import Markup, joined, tag


def test_elements_escape_all_but_markup():
    assert tag("p", "<b>", class_='"x"') == '<p class="&quot;x&quot;">&lt;b&gt;</p>'
    assert tag("p", tag("b", "&")) == "<p><b>&amp;</b></p>"
    assert tag("meta", http_equiv="a", content=None) == '<meta http-equiv="a">'
    assert joined("<", None, Markup("<br>")) == "&lt;<br>"
    assert tag("i", "\x1b\n\u202e") == r"<i>\x1b\n\u202e</i>"

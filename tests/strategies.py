"""What Hypothesis draws: strings and bytes that are hard on readers and terminals."""

from hypothesis import strategies as st

from grucli.data.streams.signatures import kind_of

_AWKWARD = (
    "\x00\x07\x1b\n\r\t\v\f\x1c\x85\xa0\xad\u0301\u0315\u200b\u200d\u2028\u202e\u3000\ufe0f\ufeff"
    "\"',;|\\<>[]=+-@_#%٣½ß İſ好日본가ァ。，！👍🏽🇩🇪\U0001f3fb\U00020000\U000e0067"
)

hostile_text = st.text(st.one_of(st.sampled_from(_AWKWARD), st.characters()), max_size=40)
"""Any string, lone surrogates included."""

unicode_text = st.text(
    st.one_of(st.sampled_from(_AWKWARD), st.characters(exclude_categories=["Cs"])), max_size=40
)
"""Any string that UTF-8 can hold."""

cells = unicode_text.map(lambda text: text.replace("\0", "").replace("\r", "\n"))
"""What a cell of a sound table may hold, with LF for every newline."""

hostile_line = st.one_of(
    st.binary(max_size=30)
    .map(lambda data: data.replace(b"\n", b"").replace(b"\r", b""))
    .filter(lambda data: not data.startswith(b"\x1f\x8b") and kind_of(data) is None),
    st.sampled_from(
        [
            b"",
            b" ",
            b"a,b",
            b"a,b,c",
            b'"a,b',
            b'"a"x,b',
            b'a""b,c',
            b'"a,b",c',
            b'","',
            b"\xff,a",
            b"\x00,a",
            b"__label__a b",
            b"=cmd(),[red]",
        ]
    ),
)
"""A physical line, without its end, with which no gzip and no other kind of file begins."""

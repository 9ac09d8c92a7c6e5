"""What the PyTorch program reads and writes texts by: given symbols, characters or byte pairs."""

from collections import Counter

FIRST = 3  # ids below it are padding, the end and what is unknown
UNKNOWN = 2
MOST_GIVEN, SHORT = 1000, 32  # symbols; characters of a target on average
PAIRS = 4000


class Units:
    """Texts as ids, and back."""

    def __init__(self, cut, joined, names):
        """Take what cuts a text into names of units, and what joins them."""
        self._cut, self._joined, self._names = cut, joined, names
        self._ids = {name: k for k, name in enumerate(names, FIRST)}
        self.number = FIRST + len(names)

    @classmethod
    def of(cls, sources, targets):
        """Return the units of inputs and of their texts."""
        given = Counter(part for text in targets for part in text.split(" "))
        mean = sum(map(len, targets)) / len(targets)
        if len(given) <= MOST_GIVEN and "" not in given:
            return cls._characters(sources), cls(lambda text: text.split(" "), " ", sorted(given))
        if mean <= SHORT:
            return cls._characters(sources), cls._characters(targets)
        both = cls._pairs([*sources, *targets])
        return both, both

    @classmethod
    def _characters(cls, texts):
        return cls(list, "", sorted(set().union(*texts)))

    @classmethod
    def _pairs(cls, texts):
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

        pairs = Tokenizer(models.BPE())
        pairs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        pairs.decoder = decoders.ByteLevel()
        pairs.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=PAIRS, show_progress=False))
        units = cls(lambda text: pairs.encode(text).tokens, "", sorted(pairs.get_vocab()))
        units.text = lambda ids: pairs.decode(
            [pairs.token_to_id(units._names[k - FIRST]) for k in ids if k >= FIRST]
        )
        return units

    def ids(self, text):
        """Return the ids of a text."""
        return [self._ids.get(name, UNKNOWN) for name in self._cut(text)] if text else []

    def text(self, ids):
        """Return the text of ids, without what is unknown."""
        return self._joined.join(self._names[k - FIRST] for k in ids if k >= FIRST)

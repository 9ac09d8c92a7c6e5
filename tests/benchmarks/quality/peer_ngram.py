"""N-grams: TF-IDF of words (1-2) or of characters (1-4), and logistic regression.

    python -m tests.benchmarks.quality.peer_ngram TRAIN TEST SEED

Which of the two, and how strongly it is regularised, is decided by cross-validation within the
training file. Large files are fitted by stochastic gradient descent.
"""

import json
import sys
from collections import Counter

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import StratifiedKFold

from tests.benchmarks.quality import rows

VIEWS = {
    "words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\w+"},
    "characters": {"analyzer": "char", "ngram_range": (1, 4)},
}
STRENGTHS = (1, 10)  # the larger, the less regularised
FOLDS = 3
MOST_FEATURES = 300_000
LARGE = 10_000  # rows


def main(train, test, seed):
    texts, labels = rows.read(train)
    view, strength = _chosen(texts, labels, seed)
    vectorizer = _vectorizer(view)
    classifier = _classifier(strength, len(texts), seed)
    classifier.fit(vectorizer.fit_transform(texts), labels)
    texts, labels = rows.read(test)
    answers = classifier.predict(vectorizer.transform(texts))
    print(json.dumps(rows.scores(labels, answers) | {"chosen": f"{view}, C {strength}"}))


def _chosen(texts, labels, seed):
    """Return the view and the strength with most right answers in all folds."""
    hits = Counter()
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for kept, held in folds.split(texts, labels):
        for view in VIEWS:
            vectorizer = _vectorizer(view)
            fitted = vectorizer.fit_transform([texts[k] for k in kept])
            unseen = vectorizer.transform([texts[k] for k in held])
            for strength in STRENGTHS:
                classifier = _classifier(strength, len(kept), seed).fit(fitted, labels[kept])
                hits[view, strength] += sum(classifier.predict(unseen) == labels[held])
    return max(hits, key=hits.get)


def _vectorizer(view):
    return TfidfVectorizer(sublinear_tf=True, max_features=MOST_FEATURES, **VIEWS[view])


def _classifier(strength, n, seed):
    if n > LARGE * (FOLDS - 1) / FOLDS:
        return SGDClassifier(loss="log_loss", alpha=1 / (strength * n), random_state=seed)
    return LogisticRegression(C=strength, max_iter=1000)


if __name__ == "__main__":
    main(*sys.argv[1:3], int(sys.argv[3]))

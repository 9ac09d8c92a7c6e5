"""N-grams for sets of labels: TF-IDF of words or characters, a logistic regression a label.

    python -m tests.benchmarks.quality.peer_ngram_sets TRAIN TEST SEED

Which of the two, how strongly it is regularised, and from which probability on a label is answered,
is decided on a part of the training file.
"""

import json
import sys

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from tests.benchmarks.quality import label_sets
from tests.benchmarks.quality.peer_ngram import MOST_FEATURES, STRENGTHS, VIEWS


def main(train, test, seed):
    texts, truth, names = label_sets.read(train)
    chosen = label_sets.chosen(
        [(view, strength) for view in VIEWS for strength in STRENGTHS], texts, truth, seed, _trained
    )
    (view, strength), threshold = chosen
    answer = _trained((view, strength), texts, truth, seed)
    texts, truth, _ = label_sets.read(test, names)
    scores = label_sets.scores(truth, answer(texts) >= threshold)
    how = f"{view}, C {strength}, from {threshold:.2f} on"
    print(json.dumps(scores | {"chosen": how}))


def _trained(setting, texts, truth, seed):
    """Return a function from texts to the probabilities (n, C) of labels."""
    view, strength = setting
    vectorizer = TfidfVectorizer(sublinear_tf=True, max_features=MOST_FEATURES, **VIEWS[view])
    each = LogisticRegression(C=strength, solver="liblinear", max_iter=300)
    classifier = OneVsRestClassifier(each).fit(vectorizer.fit_transform(texts), truth)
    return lambda texts: np.asarray(classifier.predict_proba(vectorizer.transform(texts)))


if __name__ == "__main__":
    main(*sys.argv[1:3], int(sys.argv[3]))

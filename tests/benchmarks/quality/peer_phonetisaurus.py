"""Phonetisaurus, a transducer over n-grams of letters and phonemes that it aligns itself.

    python -m tests.benchmarks.quality.peer_phonetisaurus TRAIN TEST SEED

Its own program with its defaults (8-grams). It has no seed.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.quality import written_sets


def main(train, test):
    program = [sys.executable, "-m", "phonetisaurus"]
    words, _ = written_sets.read(test)
    with tempfile.TemporaryDirectory() as folder:
        model, lexicon = Path(folder) / "g2p.fst", Path(folder) / "lexicon"
        pairs = zip(*written_sets.read(train), strict=True)
        lexicon.write_text("".join(f"{word} {phonemes}\n" for word, phonemes in pairs))
        subprocess.run([*program, "train", "--model", model, lexicon], check=True, stdout=2)
        asked = [*program, "predict", "--model", model, *words]
        answered = subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True).stdout
        size = model.stat().st_size
    found = dict(line.split(" ", 1) for line in answered.splitlines() if " " in line)
    print(json.dumps({"answers": [found.get(word, "") for word in words], "model_bytes": size}))


if __name__ == "__main__":
    main(*sys.argv[1:3])

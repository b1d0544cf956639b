"""Writes rouge.json: scores of Google's scorer and stems of NLTK's Porter stemmer.

    pip install rouge-score==0.1.2 nltk==3.10.4
    python test/metrics/golden/rouge.py && npm run format
"""

import json
import random
import string
from pathlib import Path

from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer

STEMS = """
    adopt agree archaeo arrang bl bos can car catch classif comput condit control defens depend di digit dog fail feed fil fly form
    gener geo happ hop hope i inn list log m move no nat oper out plast predic prim rat relat remov respons revers round s sens siz sk
    sky sl so sort sta sum tan ti tr trou up vowel y ye zer even odd number element first last letter 1st 22n
""".split()
SUFFIXES = """
    s es ies ed ied eed ing y ational tional enci anci izer bli abli alli entli eli ousli ization ation ator alism iveness fulness
    ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion
    tion sion ou ism ate iti ous ive ize e ll lled lling zz zzed ss tt tting ly fully ally logy ology ability ivity ality ency ancy
""".split()
IRREGULAR = """
    sky skies dying lying tying news inning innings outing outings canning cannings howe proceed exceed succeed dies died spied flies
    skis yes by say says yyyy a i is feed agreed bled sing hopping falling hissing fizzed failing filing happy enjoy
""".split()


def word(rng):
    kind = rng.random()
    if kind < 0.15:
        return rng.choice(IRREGULAR)
    if kind < 0.25:
        return "".join(rng.choice("aeiouylst" + string.ascii_lowercase) for _ in range(rng.randint(1, 9)))
    if kind < 0.4:
        return str(rng.randint(-300, 300))
    return rng.choice(STEMS) + "".join(rng.choice(SUFFIXES) for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3])))


def text(rng, words):
    joined = "".join(w + rng.choice([" ", " ", ", ", ". ", "-", "_", "  ", "é ", "\n"]) for w in words)
    return rng.choice([str, str, str.upper, str.title, lambda t: "[" + t + "]"])(joined)


def changed(rng, words):
    """Words dropped, inserted, exchanged or given another suffix."""
    result = []
    for w in words:
        kind = rng.random()
        if kind < 0.15:
            continue
        result.append(word(rng) if kind < 0.3 else w + rng.choice(["s", "ed", "ing", "ly"]) if kind < 0.45 else w)
        if rng.random() < 0.1:
            result.append(word(rng))
    if rng.random() < 0.2:
        rng.shuffle(result)
    return result


def main():
    rng = random.Random(20240607)
    stemmer = PorterStemmer()
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=True)
    pairs = [["[]", "[]"], ["[3]", "[3, 3]"], ["-22", "22"], ["", "a"], ["1.5", "15"], ["K\u212aIM", "kkim"]]
    for _ in range(700):
        words = [word(rng) for _ in range(rng.randint(0, 12))]
        pairs.append([text(rng, changed(rng, words)), text(rng, words)])
    every = [stem + suffix for stem in STEMS for suffix in SUFFIXES]
    words = sorted({*IRREGULAR, *SUFFIXES, *(word(rng).strip("-") for _ in range(1000)), *rng.sample(every, 2000)})
    golden = {
        "pairs": [[p, r, scorer.score(target=r, prediction=p)["rougeL"].fmeasure] for p, r in pairs],
        "stems": [[w, stemmer.stem(w)] for w in words],
    }
    lines = [f'"{key}": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]" for key, rows in golden.items()]
    Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()

"""Preferences in token ids: the rows that all sides are given."""
import json
import random


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def write(rows, path):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def tokens(row):
    """Tokens of a preference, the prompt counted with each answer: how all sides are counted."""
    return 2 * len(row["prompt"]) + len(row["chosen"]) + len(row["rejected"])


def total(rows):
    return sum(map(tokens, rows))


def shifted(rows, by, vocabulary):
    """Rows of the same lengths with another first token, so that nothing kept from earlier rows answers for them."""
    return [row | {"prompt": [(row["prompt"][0] + by) % vocabulary, *row["prompt"][1:]]} for row in rows]


def synthetic(count, length, vocabulary, seed):
    """Rows of random tokens whose prompt and answers are half a text of the given length each."""
    chance = random.Random(seed)

    def ids(size):
        return [chance.randrange(vocabulary) for _ in range(size)]

    half = length // 2
    return [{"prompt": ids(length - half), "chosen": ids(half), "rejected": ids(half)} for _ in range(count)]

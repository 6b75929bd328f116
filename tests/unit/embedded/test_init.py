"""The model in the package: it loads offline, is small, and knows some Python."""

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tuneyard import embedded


def test_files_stay_small() -> None:
    assert sum(f.stat().st_size for f in embedded.path().iterdir()) < 16e6


def test_python_is_likelier_than_the_same_words_shuffled() -> None:
    tokenizer = AutoTokenizer.from_pretrained(embedded.path())
    model = AutoModelForCausalLM.from_pretrained(embedded.path(), dtype=torch.float32)
    assert model.config.max_position_embeddings >= 1024
    source = "def read(path):\n    with open(path) as file:\n        return file.read()\n"
    ids = torch.tensor([tokenizer(source)["input_ids"]])
    shuffled = ids[:, torch.randperm(ids.size(1), generator=torch.Generator().manual_seed(0))]
    with torch.no_grad():
        loss, worse = (float(model(input_ids=x, labels=x).loss) for x in (ids, shuffled))
    assert loss < 2.5
    assert worse > 2 * loss

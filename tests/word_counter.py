"""A CrossEncoder whose weights are set by hand, so that what it says can be counted: no hub, no training, no chance."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LONGEST = 2_048
"""Tokens of a pair; as long a text as the tests have."""


def words(text: str) -> list[str]:
    """The model's tokens: lower-case words and numbers, single characters of everything else."""
    return re.findall(r"[a-z0-9]+|[^\sa-z0-9]", text.lower())


def share(query: str, text: str) -> float:
    """How many of the query's tokens stand in the text, 0 to 1: what the model goes by where nothing is said twice."""
    asked, said = words(query), set(words(text))
    return sum(word in said for word in asked) / len(asked)


def save_word_counter(folder: Path, texts: Iterable[str], labels: int = 1, longest: int = LONGEST) -> Path:
    """Writes a BERT of two layers that scores a pair by ``share``; it knows the words of ``texts``.

    In the first layer each token looks for its like and notes on which side it stands: a token of the query reads half from
    each side if the text has it too, and only its own side if not. In the second layer [CLS] averages these notes over
    the query's side. The fewer of its own, the higher the logit.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    vocabulary = [*SPECIAL, *sorted({word for text in texts for word in words(text)})]
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("".join(f"{word}\n" for word in vocabulary), encoding="utf-8")
    tokenizer = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": longest}
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    size, sharpness = 64, 25.0
    side, note, other = size - 4, size - 2, size - 1  # dimensions; those before hold the words
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=len(vocabulary), hidden_size=size, num_hidden_layers=2, num_attention_heads=1,
            intermediate_size=4, max_position_embeddings=LONGEST, num_labels=labels,
        )
    )  # fmt: skip
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        for module in model.modules():
            if isinstance(module, torch.nn.LayerNorm):
                module.weight.fill_(1)
        spelled = torch.randn(len(vocabulary), side, generator=torch.Generator().manual_seed(0))
        spelled -= spelled.mean(1, keepdim=True)
        model.bert.embeddings.word_embeddings.weight[:, :side] = spelled / spelled.norm(dim=1, keepdim=True)
        sides = model.bert.embeddings.token_type_embeddings.weight
        sides[0, side], sides[0, side + 1], sides[1, side], sides[1, side + 1] = 0.5, -0.5, -0.5, 0.5
        first, second = (layer.attention for layer in model.bert.encoder.layer)
        for matrix in (first.self.query.weight, first.self.key.weight):
            matrix[:side, :side] = torch.eye(side) * sharpness**0.5
        first.self.value.weight[0, side] = second.self.value.weight[0, note] = 1
        second.self.query.bias[0], second.self.key.weight[0, side] = 1, sharpness
        first.output.dense.weight[note, 0], first.output.dense.weight[other, 0] = 1, -1
        second.output.dense.weight[note, 0], second.output.dense.weight[other, 0] = 3, -3
        model.bert.pooler.dense.weight[0, note] = 0.1
        model.classifier.weight[0, 0], model.classifier.bias[0] = -20, 7
    model.save_pretrained(folder)
    return folder

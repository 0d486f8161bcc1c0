import pytest

from index.encoders.vocabulary import load_vocabulary, piece_rarity, word_rarity


def test_the_vocabulary_is_read_once():
    assert load_vocabulary() is load_vocabulary()
    assert load_vocabulary().get_piece_size() > 100_000


def test_no_piece_tells_less_than_nothing():
    rarities = [piece_rarity(piece) for piece in range(0, load_vocabulary().get_piece_size(), 97)]
    assert min(rarities) >= 0
    assert 5 < max(rarities) < 20


@pytest.mark.parametrize(("common", "rare"), [("the", "giraffe"), ("的", "算力"), ("and", "unicorn"), (",", "水獭")])
def test_rare_words_tell_more_than_common_ones(common: str, rare: str):
    assert word_rarity(common) + 2 < word_rarity(rare)


def test_function_words_tell_nothing():
    assert [word_rarity(word) for word in ("the", "of", "and", ",", "")] == [0.0] * 5


def test_a_word_is_as_rare_as_its_rarest_piece():
    word = "photosynthesising"
    pieces = load_vocabulary().encode(word, return_type=int)
    assert len(pieces) > 1
    assert word_rarity(word) == max(map(piece_rarity, pieces))

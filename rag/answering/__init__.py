"""From ranked passages to an answer: quoted from the articles, refused, or written by a language model and checked."""

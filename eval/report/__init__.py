"""What an evaluation found, and its faces: a table in the terminal, JSON, Markdown, and a page."""

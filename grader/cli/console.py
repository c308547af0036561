"""How a command says something."""

from rich.console import Console


def say(text: str = "") -> None:
    """Print a line as it is: no markup, no colour, no line broken."""
    Console(soft_wrap=True).print(text, markup=False, highlight=False)

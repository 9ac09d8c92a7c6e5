"""What signs are called that divide cells, or labels in one."""

from grucli.data.forms import DELIMITERS
from grucli.errors import ConfigError, excerpt


def parse_delimiter(name: str, flag: str = "--delimiter") -> str:
    """Return the character that a flag names.

    Raises:
        ConfigError: it is neither a known name nor one fit character.
    """
    character = DELIMITERS.get(name.lower(), "\t" if name == "\\t" else name)
    if len(character) != 1 or character in '"\r\n\0':
        names = ", ".join(DELIMITERS)
        raise ConfigError(f"{flag}: must be one character or one of {names}, got '{excerpt(name)}'")
    return character


def delimiter_name(delimiter: str) -> str:
    """Return what `--delimiter` calls this character."""
    return next((name for name, c in DELIMITERS.items() if c == delimiter), excerpt(delimiter))

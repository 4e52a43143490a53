"""Join codes: short enough to be read out, such as `abc-defg-hij`. They have 50 bits.

The letters are those of Crockford's base 32, which leaves out look-alikes; who types `o`, `i` or `l` means 0 or 1.
"""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 10
_GROUPS = (3, 7)  # where the hyphens are
_LOOK_ALIKES = str.maketrans("oil", "011", "-  ")


def code_from(number: int) -> str:
    """The code of the lowest 50 bits of a number, without hyphens."""
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))


def written(code: str) -> str:
    first, second = _GROUPS
    return f"{code[:first]}-{code[first:second]}-{code[second:]}"


def read_code(text: str) -> str | None:
    """The code that somebody typed, without hyphens; None if it cannot be one."""
    code = text.strip().lower().translate(_LOOK_ALIKES)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None

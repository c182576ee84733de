"""Texts that must not leave the machine, by their shape: tokens, passwords, credentials in URLs, e-mail addresses.

Every pattern starts at the beginning of a word and has bounded or possessive repetitions: the time is linear in the text.
"""

from __future__ import annotations

import re

REDACTED = "[redacted]"
EMAIL = "[e-mail]"

# Also right after an option that takes a value: -Dghp_...
_WORD_START = r"(?:(?<![A-Za-z0-9_])|(?<=-[DILUFRB]))"
_TOKENS = re.compile(
    _WORD_START + r"(?:"
    r"gh[pousr]_[A-Za-z0-9]{16,255}+"
    r"|github_pat_[A-Za-z0-9_]{16,255}+"
    r"|gl(?:pat|dt|rt|ptt|soat)-[A-Za-z0-9_-]{12,255}+"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    r"|sk-(?=[A-Za-z_-]{0,64}[0-9A-Z])[A-Za-z0-9_-]{16,255}+"
    r"|xox[a-z]-[A-Za-z0-9-]{8,255}+"
    r"|pypi-(?=[a-z0-9_-]{0,64}[A-Z])[A-Za-z0-9_-]{12,1024}+"
    r"|npm_[A-Za-z0-9]{20,255}+"
    r"|hf_[A-Za-z0-9]{20,255}+"
    r"|AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"
    r"|eyJ[A-Za-z0-9_-]{8,4096}+\.[A-Za-z0-9_-]{4,4096}+\.[A-Za-z0-9_-]{0,4096}+"
    r")"
)
_KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[A-Za-z0-9+/=\s:,-]{0,8192}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)"
)
_AUTHORIZATION = re.compile(
    r"(?i)(?<![A-Za-z0-9_])((?:proxy-)?authorization['\"]?\s{0,4}[:=]\s{0,4}+['\"]?+)(?!\[redacted\])[^\s'\"]{1,512}+(?:[ ]{1,4}[^\s'\"]{4,4096}+)?"
)
_BEARER = re.compile(_WORD_START + r"([Bb]earer\s{1,4}+)(?=[^\s'\"]{0,64}[0-9._~+/=-])[^\s'\"]{8,4096}+")
_COOKIE = re.compile(r"(?im)^((?:set-)?cookie:[ \t]{0,4}+)(?!\[redacted\]$)[^\n]{1,4096}+")
# The password may itself hold an @: the last one before the path ends it.
_USERINFO = re.compile(r"(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{1,20}+://)(?!\[redacted\]@)[^\s/?#'\"<>]{1,512}@")
# The top-level domain has letters only, so that uv@0.5.5:3.9 is a spec and memcpy@GLIBC_2.14 a symbol. git@ is nobody.
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])(?!git@)[A-Za-z0-9._%+-]{1,64}+@(?!\d+\.)(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
_QUERY = re.compile(
    r"([?&](?:sig|signature|key|token|access_token|auth|code|password|x-amz-[a-z-]{1,40})=)(?!\[redacted\])[^&\s'\"#]{1,4096}+",
    re.IGNORECASE,
)
# The name and what follows it; the value is looked at only when the name is a secret's.
_NAME = re.compile(
    r"(?<![A-Za-z0-9_.-])(['\"]?)(-{0,2})([A-Za-z_][A-Za-z0-9_.-]{0,127}+)(['\"]?)([ \t]?=[ \t]?|[ \t]?:[ \t]{0,4}|[ \t]{1,4})"
)
_VALUE = re.compile(r"\"([^\"\n]{0,4096}+)\"|'([^'\n]{0,4096}+)'|([^\s'\",;&)\]}]{1,4096}+)")
_SECRET_WORDS = frozenset(
    {"TOKEN", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASSPHRASE", "APIKEY", "CREDENTIAL", "CREDENTIALS"}
)
# At the end of a longer name only: DB_PASS, but not the PASS of a compiler.
_SECRET_ENDS = frozenset({"PASS", "PAT", "AUTH"})
_KEYS_OF = frozenset({
    "API", "ACCESS", "PRIVATE", "SECRET", "SIGNING", "ENCRYPTION", "AUTH", "SSH", "DEPLOY", "ACCOUNT", "SHARED", "MASTER",
})  # fmt: skip
# Words that are secret enough to be believed before a colon or a blank, where prose and compilers use the others.
_SURE = frozenset({"PASSWORD", "PASSWD", "PASSPHRASE", "APIKEY"})
_PLAIN = re.compile(r"(?:\d{1,6}|true|false|yes|no|none|null|on|off|auto|[*x]+)$", re.IGNORECASE)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


_STEPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_KEY_BLOCK, REDACTED),
    (_USERINFO, rf"\g<1>{REDACTED}@"),
    (_AUTHORIZATION, rf"\g<1>{REDACTED}"),
    (_COOKIE, rf"\g<1>{REDACTED}"),
    (_BEARER, rf"\g<1>{REDACTED}"),
    (_TOKENS, REDACTED),
    (_QUERY, rf"\g<1>{REDACTED}"),
    (_EMAIL, EMAIL),
)


def hide(text: str) -> str:
    """`text` without anything of that kind. Doing it twice changes nothing more."""
    for pattern, replacement in _STEPS:
        text = pattern.sub(replacement, text)
    return _hide_assignments(text)


def secret_name(name: str) -> bool:
    """True for the name of a variable or option that holds a secret: `UV_PUBLISH_TOKEN`, `apiKey`, `--db-password`."""
    parts = [part.upper() for part in _PARTS.findall(name)]
    if any(part in _SECRET_WORDS for part in parts) or (len(parts) > 1 and parts[-1] in _SECRET_ENDS):
        return True
    return any(part == "KEY" and parts[index - 1] in _KEYS_OF for index, part in enumerate(parts) if index)


def _hide_assignments(text: str) -> str:
    """`NAME=value`, `"name": "value"` and `--name value` where the name says that the value is secret."""
    done: list[str] = []
    start, position = 0, 0
    while (match := _NAME.search(text, position)) is not None:
        position = match.end(3)
        if not _is_secret(match):
            continue
        value = _VALUE.match(text, match.end())
        found = next((index for index in (1, 2, 3) if value is not None and value[index]), 0)
        if value is None or not found or value[found].startswith(REDACTED[:-1]) or _PLAIN.match(value[found]):
            continue
        done += [text[start : value.start(found)], REDACTED]
        start = position = value.end(found)
    return "".join([*done, text[start:]])


def _is_secret(match: re.Match[str]) -> bool:
    quote, dashes, name, _, between = match.groups()
    # -DDB_PASSWORD=x defines a macro.
    plain = name.removeprefix("D") if dashes == "-" else name
    if not secret_name(plain):
        return False
    if "=" in between:
        return True
    if ":" in between:
        words = _PARTS.findall(plain)
        return bool(quote) or len(words) > 1 or words[0].upper() in _SURE
    return dashes == "--"

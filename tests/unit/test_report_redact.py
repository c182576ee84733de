"""Nothing personal or secret leaves, in any format; nothing a reader needs is lost; once is as good as twice."""

from __future__ import annotations

import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pydiff.model.record import Divergence, Finding, Remedy, Run, Sides, Suspect
from pydiff.report import redact, render
from pydiff.report.formats import FORMATS
from pydiff.report.redact import Identity, redactor, this_machine
from pydiff.report.secret_shapes import secret_name
from runs import a_run, a_side, an_action, uwsgi_run

HOMES = "/home"
JOANNA = Identity(
    homes=(f"{HOMES}/joanna", "/srv/people/joanna"), users=("joanna",), hosts=("zebra-77.example.org", "zebra-77")
)
CLEAN = redactor(JOANNA)

SECRETS = [
    "ghp_0123456789abcdefABCDEF0123456789abcd",
    "gho_0123456789abcdefABCDEF0123456789abcd",
    "github_pat_11ABCDEFG0abcdefghijklmnopqrstuvwxyz",
    "glpat-abcdefghij1234567890",
    "AKIAIOSFODNN7EXAMPLE",
    "sk-proj-abc123DEF456ghi789JKL",
    "xoxb-123456789012-abcdefghijkl",
    "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAw",
    "npm_abcdefghijklmnopqrstuvwxyz0123456789",
    "hf_abcdefghijklmnopqrstuvwxyz012345",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abcdefghijk",
]
IN_CONTEXT = [
    ("Authorization: Bearer {}", "s3cr3t-t0ken.value"),
    ("Authorization: Basic {}", "dXNlcjpwYXNzd29yZA=="),
    ("curl -H 'X-Api-Key: {}'", "s3cr3tvalue"),
    ("GITHUB_TOKEN={} make", "s3cr3tvalue"),
    ("export DB_PASSWORD='{}'", "two words"),
    ('{{"client_secret": "{}"}}', "s3cr3tvalue"),
    ("password: {}", "hunter22"),
    ("--token {} --verbose", "s3cr3tvalue"),
    ("--db-password={}", "s3cr3tvalue"),
    ('-DDB_PASSWORD="{}"', "s3cr3tvalue"),
    ("https://user:{}@index.example/simple", "p@ssw0rd"),
    ("https://{}@index.example/simple", "s3cr3tvalue"),
    ("https://x.example/a?token={}&b=1", "s3cr3tvalue"),
    ("https://x.example/a?X-Amz-Signature={}", "s3cr3tvalue"),
    ("Cookie: {}", "session=s3cr3tvalue"),
    ("write to {} please", "joanna.doe@corp.example"),
    ("in /home/{}/src", "joanna"),
    ("-I/home/{}/include", "someoneelse"),
    ("file:///home/{}/x.whl", "someoneelse"),
    ("in /Users/{}/src", "someoneelse"),
    (r"in C:\Users\{}\src", "someoneelse"),
    ("-L/srv/people/{}/lib", "joanna"),
    ("{} ran it", "joanna"),
    ("on {} today", "zebra-77"),
    ("on {} today", "zebra-77.example.org"),
    ("on {} today", "ZEBRA-77"),
    ("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA"),
]
ORDINARY = [
    "uv@0.5.5:host mise@2024.12.15:3.9.12 pbs:3.9.20+20241016 uwsgi==2.0.28 path:/usr/bin/python3.9",
    "cc -pthread -o uwsgi -L{prefix}/lib -Wl,-rpath,{prefix}/lib -I{prefix}/include/python{X.Y} -lpython3.9",
    "/usr/bin/ld: cannot find -lpython3.9: No such file or directory",
    "a.c:1:1: error: expected token: ';' before 'password_length'",
    "cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz",
    "44d9d0160000000000000000000000000000000000000000000000000000abcd",
    "memcpy@GLIBC_2.14 memcpy@@GLIBC_2.14 pkg@1.0.tar.gz",
    "git@github.com:unbit/uwsgi.git",
    "https://releases.example/20241016/cpython-3.9.20%2B20241016.tar.gz",
    "-DTOKEN_MAX=1024 -DUSE_PASSWORD=1 -DPASS_MANAGER=2 --pass-exit-codes TOKENIZERS_PARALLELISM=false",
    "pypi-simple-1.6.tar.gz sk-learn-contrib task-queue-0.1 xox-games",
    "/rooted/x /home /Users {prefix}/home/x ~/x a/home/b ./root",
    "the bearer of bad news; basic authentication; a private key point: none",
    "root on localhost as user at host in build on linux",
    "LIBDIR=/install/lib CC=clang AR=/tools/llvm/bin/llvm-ar",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_tokens_by_their_shape(secret: str) -> None:
    for text in (secret, f"x {secret} y", f"'{secret}'", f"a={secret};", f"https://x.example/{secret}/y"):
        assert secret not in CLEAN(text)


@pytest.mark.parametrize(("context", "secret"), IN_CONTEXT)
def test_secrets_by_their_context(context: str, secret: str) -> None:
    cleaned = CLEAN(context.format(secret))
    assert secret not in cleaned
    assert secret.lower() not in cleaned.lower()


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert CLEAN(text) == text
    assert (
        redactor(Identity(("/root", "/"), ("root", "al", "user", "build", "123"), ("localhost", "ubuntu", "x1")))(text)
        == text
    )


def test_what_replaces_what() -> None:
    said = f"joanna@zebra-77:{HOMES}/joanna/src$ GH_TOKEN=abcdefgh curl https://a:b@c.example/d"
    assert CLEAN(said) == "[user]@[host]:~/src$ GH_TOKEN=[redacted] curl https://[redacted]@c.example/d"


def test_parts_of_words_are_no_names() -> None:
    assert CLEAN("joannas prejoanna zebra-778") == "joannas prejoanna zebra-778"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("UV_PUBLISH_TOKEN", True), ("apiKey", True), ("api_key", True), ("AWS_SECRET_ACCESS_KEY", True), ("--db-password", True),
        ("npm_auth", True), ("DB_PASS", True), ("GH_PAT", True), ("privateKey", True),
        ("tokens", False), ("PASS", False), ("PATH", False), ("KEYBOARD", False), ("MONKEY", False), ("AUTHOR", False), ("PWD", False),
        ("PARSER_KEY_SIZE", False), ("subject", False), ("compass", False),
    ],
)  # fmt: skip
def test_names_of_secrets(name: str, secret: bool) -> None:
    assert secret_name(name) is secret


_FRAGMENTS = st.sampled_from([
    *SECRETS, *(context.format(secret) for context, secret in IN_CONTEXT), *ORDINARY, "[redacted]", "[user]", "~", "@", "/", "=", ":", " ", "'", '"',
    "/home/", "/root", "//", "PASSWORD=", "token", "--token", "Bearer ", "Authorization: ", "joanna", "zebra-77", "https://", "\n", "?key=", "[", "]",
])  # fmt: skip


@given(st.lists(st.one_of(_FRAGMENTS, st.text(max_size=5)), max_size=8).map("".join))
def test_twice_is_once(text: str) -> None:
    once = CLEAN(text)
    assert CLEAN(once) == once


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    once = CLEAN(text)
    assert CLEAN(once) == once


def test_names_of_files_that_are_no_text() -> None:
    run = redact(a_run(notes=["caf\udce9"]), JOANNA)
    assert run.notes == ["caf?"]
    assert msgspec.json.encode(run)


def test_words_after_an_option_in_a_list() -> None:
    run = a_run()
    assert run.divergence is not None
    action = an_action("twine", "--password", "s3cr3tvalue", "-v", "--token", "--verbose")
    cleaned = redact(replace(run, divergence=replace(run.divergence, left=action)), JOANNA).divergence
    assert cleaned is not None
    assert cleaned.left is not None
    assert cleaned.left.argv == ["twine", "--password", "[redacted]", "-v", "--token", "--verbose"]


def test_environment() -> None:
    run = a_run(
        environment={
            "system": "Debian",
            "CC": "cc",
            "UV_INDEX_TOKEN": "abc",
            "MY_THING": "x",
            "LDFLAGS": f"-L{HOMES}/joanna/lib",
            "PIP_INDEX_URL": "https://u:p@x.example/",
        }
    )
    assert redact(run, JOANNA).environment == {
        "system": "Debian",
        "CC": "cc",
        "UV_INDEX_TOKEN": "[redacted]",
        "MY_THING": "[not shown]",
        "LDFLAGS": "-L~/lib",
        "PIP_INDEX_URL": "https://[redacted]@x.example/",
    }


def test_a_user_named_like_a_word_of_the_record_breaks_nothing() -> None:
    for name in ("outcome", "divergent", "breaks", "right", "sysconfig", "bwrap", "compiler-not-found", "headline"):
        run = redact(uwsgi_run(), Identity(users=(name,), hosts=(f"{name}-host",)))
        assert run.verdict == "divergent"


def test_a_real_run_keeps_what_a_reader_needs() -> None:
    run = uwsgi_run()
    cleaned = redact(run, JOANNA)
    assert cleaned.divergence == run.divergence
    assert cleaned.findings == run.findings
    assert cleaned.differences == run.differences
    assert redact(cleaned, JOANNA) == cleaned


def planted(secret: str) -> Run:
    """The secret in every text field that comes from outside."""
    side = a_side(notes=[f"note {secret}"], spec=f"uv:{secret}")
    action = an_action("cc", f"-I{secret}", secret, stderr=f"oh {secret}\n")
    return a_run(
        headline=f"headline {secret}",
        sides=Sides(left=side, right=replace(side, build=replace(side.build, outcome="failed", error=f"e {secret}"))),
        notes=[secret],
        environment={"system": secret, "PATH": secret},
        source={"url": secret},
        divergence=Divergence(
            phase="p", kind="outcome", left=action, right=action, summary=f"s {secret}", tokens=[f"- {secret}"]
        ),
        findings=[
            Finding(
                class_="unknown",
                title=f"t {secret}",
                side="right",
                evidence=[secret],
                suspects=[
                    Suspect(kind="sysconfig", name="CC", left=secret, right=f"x {secret}", why=secret, read_by=[secret])
                ],
                remedy=Remedy(env={"CC": secret}, action=secret),
            )
        ],
    )


@pytest.mark.parametrize("name", [one.name for one in FORMATS])
def test_no_planted_secret_in_any_format(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["pydiff.report.redact"], "this_machine", lambda: JOANNA)
    for secret in [*SECRETS, f"{HOMES}/joanna/x", "joanna", "zebra-77", "jo@corp.example"]:
        rendered = render(planted(secret), name, width=140, folder=f"{HOMES}/joanna/runs/{secret}")
        assert secret not in rendered
        assert secret not in "".join(rendered.split())


def test_this_machine_is_found_out() -> None:
    assert this_machine().hosts
    assert redact(a_run()).headline == a_run().headline

"""What python-build-standalone says of its build in PYTHON.json: the facts that a build engineer wants, of every format of that file.

Source of the fields: docs/distributions.rst of python-build-standalone; formats 4 (20200216) to 8 (20241002). What it says is told,
not believed: the file has been wrong about names of DLLs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydiff.model.snapshot import Fact, Facts
from pydiff.snapshot.interface import About

# Fields that are told as they are: text, number or list of texts. Licences, object files and the test packages are left out.
_PLAIN = (
    "version", "target_triple", "os", "arch", "optimizations", "build_options", "python_version", "python_tag",
    "python_abi_tag", "python_platform_tag", "python_implementation_name", "python_implementation_version",
    "python_implementation_hex_version", "python_implementation_cache_tag", "python_bytecode_magic_number",
    "libpython_link_mode", "link_mode", "crt_features", "python_extension_module_loading", "python_symbol_visibility",
    "apple_sdk_canonical_name", "apple_sdk_platform", "apple_sdk_version", "apple_sdk_deployment_target",
    "python_exe", "python_include", "python_stdlib", "python_stdlib_platform_config", "tcl_library_path", "tcl_library_paths",
)  # fmt: skip
_TABLES = ("python_suffixes", "python_paths", "python_paths_abstract")
_BUILD = ("object_file_format", "inittab_object", "inittab_source", "inittab_cflags")
_CORE = ("shared_lib", "static_lib", "inittab_object", "inittab_source", "inittab_cflags")


@dataclass(frozen=True, slots=True)
class Release:
    """Field -> value; `python_suffixes.extension` of a table; `extension/_ssl` -> state, init_fn, required, variants, links."""

    name: str = "release"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return path == "PYTHON.json"

    def collect(self, about: About) -> Facts:
        released = about.released
        if released is None:
            return {}
        facts = dict(_plain(released, _PLAIN, about))
        for table in _TABLES:
            facts |= _plain(_table(released, table, about), None, about, f"{table}.")
        build = _table(released, "build_info", about)
        facts |= _plain(build, _BUILD, about, "build_info.")
        core = _table(build, "core", about)
        facts |= _plain(core, _CORE, about, "build_info.core.")
        if links := _links(core.get("links")):
            facts["build_info.core.links"] = links
        for name, variants in extensions(released).items():
            facts[f"extension/{name}"] = _extension(variants)
        return facts


def extensions(released: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Module -> its variants, the first of which is the one that the interpreter was built with. What has another shape is left out."""
    build = released.get("build_info")
    named = build.get("extensions") if isinstance(build, dict) else None
    if not isinstance(named, dict):
        return {}
    found = {
        name: [one for one in variants if isinstance(one, dict)]
        for name, variants in named.items()
        if isinstance(variants, list)
    }
    return {name: variants for name, variants in sorted(found.items()) if variants}


def state(variants: list[dict[str, Any]]) -> str:
    """shared: a file of its own; builtin: part of the interpreter."""
    return "shared" if variants[0].get("shared_lib") else "builtin"


def _extension(variants: list[dict[str, Any]]) -> dict[str, str | int | list[str]]:
    first = variants[0]
    fact: dict[str, str | int | list[str]] = {"state": state(variants)}
    for field in ("init_fn", "shared_lib", "static_lib"):
        if isinstance(text := first.get(field), str):
            fact[field] = text
    fact |= {field: int(first[field]) for field in ("in_core", "required") if isinstance(first.get(field), bool)}
    names = [str(one.get("variant", "default")) for one in variants]
    if names != ["default"]:
        fact["variants"] = names
    if links := _links(first.get("links")):
        fact["links"] = links
    return fact


def _links(links: object) -> list[str]:
    """`static:ssl`, `dynamic:libffi-8`, `system:dl`, `framework:Cocoa`; a name alone where it is not said how."""
    told: list[str] = []
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and isinstance(name := link.get("name"), str):
            kinds = {"path_static": "static", "path_dynamic": "dynamic", "framework": "framework", "system": "system"}
            how = next((kind for field, kind in kinds.items() if link.get(field)), "")
            told.append(f"{how}:{name}" if how else name)
    return told


def _table(parent: Mapping[str, Any], name: str, about: About) -> Mapping[str, Any]:
    value = parent.get(name)
    if value is None or isinstance(value, dict):
        return value or {}
    about.problems[f"PYTHON.json: {name}"] = "not a table"
    return {}


def _plain(
    values: Mapping[str, Any], names: tuple[str, ...] | None, about: About, prefix: str = ""
) -> Iterator[tuple[str, Fact]]:
    for name in values if names is None else names:
        if name not in values:
            continue
        match values[name]:
            case None | str() | int() | float() as value:
                yield f"{prefix}{name}", value
            case list() as many if all(isinstance(one, str | int) for one in many):
                yield f"{prefix}{name}", [str(one) for one in many]
            case _:
                about.problems[f"PYTHON.json: {prefix}{name}"] = "neither a text nor a list of texts"

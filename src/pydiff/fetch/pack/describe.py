"""`PYTHON.json`, the first member of a full archive (PBS docs/distributions.rst, format 8)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydiff.interpreter import Interpreter
from pydiff.model.target import Target


def python_json(
    python: Interpreter, values: Mapping[str, str | int], target: Target, options: tuple[str, ...]
) -> bytes:
    """What is true of a repacked interpreter: no objects, no static library, nothing to relink."""
    minor, flags = python.minor_text, python.abiflags
    name = f"python{minor}{flags}"
    cpython = f"cp{minor.replace('.', '')}"
    described = {
        "version": "8",
        "target_triple": target.triple,
        "optimizations": "+".join(option for option in options if option != "freethreaded"),
        "build_options": "+".join(options),
        "python_tag": cpython,
        "python_abi_tag": flags,
        "python_platform_tag": python.platform_tag,
        "python_version": python.version,
        "python_major_minor_version": minor,
        "python_implementation_name": "cpython",
        "python_implementation_cache_tag": python.cache_tag,
        "python_implementation_hex_version": python.hexversion,
        "python_implementation_version": _version_info(python.hexversion),
        "python_bytecode_magic_number": python.magic,
        "python_exe": f"install/bin/{name}",
        "python_paths": {
            "data": "install",
            "include": f"install/include/{name}",
            "platinclude": f"install/include/{name}",
            "platlib": f"install/lib/{name}/site-packages",
            "platstdlib": f"install/lib/{name}",
            "purelib": f"install/lib/{name}/site-packages",
            "scripts": "install/bin",
            "stdlib": f"install/lib/{name}",
        },
        "python_stdlib_platform_config": f"install/lib/{name}/{Path(python.text('LIBPL')).name}",
        "python_stdlib_test_packages": [],
        "python_config_vars": {key: str(value) for key, value in values.items()},
        "python_extension_module_loading": ["builtin", "shared-library"],
        "python_symbol_visibility": "global-default",
        "libpython_link_mode": "shared",
        "crt_features": [f"{'musl' if target.libc == 'musl' else 'glibc'}-dynamic"],
        "build_info": {
            "core": {"links": [], "objs": [], "shared_lib": f"install/lib/lib{name}.so.1.0"},
            "extensions": {},
            "object_file_format": "elf",
        },
        "licenses": ["Python-2.0", "CNRI-Python"],
        "license_path": "licenses/LICENSE.cpython.txt",
    }
    return json.dumps(described, indent=2, sort_keys=True).encode() + b"\n"


def _version_info(hexversion: int) -> list[str]:
    levels = {0xA: "alpha", 0xB: "beta", 0xC: "candidate", 0xF: "final"}
    major, minor, micro = hexversion >> 24, hexversion >> 16 & 0xFF, hexversion >> 8 & 0xFF
    return [str(major), str(minor), str(micro), levels[hexversion >> 4 & 0xF], str(hexversion & 0xF)]

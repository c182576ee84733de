"""What the runtime probe asks: a program that the interpreter itself runs, so it is written for every CPython from 3.5 on."""

from __future__ import annotations

# Variables that builds take from the running interpreter. What else differs from the file at run time does so by design (`srcdir`, `base`).
VARIABLES = (
    "CC", "CXX", "AR", "LDSHARED", "LDCXXSHARED", "CFLAGS", "CPPFLAGS", "CXXFLAGS", "OPT", "CCSHARED", "LDFLAGS", "ARFLAGS", "LINKFORSHARED",
    "LIBS", "SYSLIBS", "LIBDIR", "LIBPL", "LDLIBRARY", "INSTSONAME", "LIBRARY", "LDVERSION", "INCLUDEPY", "CONFINCLUDEPY", "EXT_SUFFIX",
    "SOABI", "MULTIARCH", "MACOSX_DEPLOYMENT_TARGET", "Py_ENABLE_SHARED", "Py_GIL_DISABLED", "Py_DEBUG", "prefix", "exec_prefix",
)  # fmt: skip
PROGRAM = r"""
import importlib, json, locale, os, platform, re, sys, sysconfig
said = {"unanswered": {}, "modules": {}}
def reason(error):
    return "%s: %s" % (type(error).__name__, error)
def ask(name, question):
    try:
        said[name] = question()
    except BaseException as error:
        said["unanswered"][name] = reason(error)
def module(name):
    found = importlib.import_module(name)
    return "shared" if getattr(found, "__file__", None) else "builtin"
def attribute(name, *path):
    found = importlib.import_module(name)
    for one in path:
        found = getattr(found, one)
    return found
ask("version", lambda: sys.version)
ask("implementation", lambda: platform.python_implementation() + " " + platform.python_version())
ask("executable", lambda: sys.executable)
ask("prefix", lambda: sys.prefix)
ask("exec_prefix", lambda: sys.exec_prefix)
ask("base_prefix", lambda: sys.base_prefix)
ask("abiflags", lambda: getattr(sys, "abiflags", ""))
ask("platform", lambda: sysconfig.get_platform())
ask("suffixes", lambda: list(importlib.import_module("importlib.machinery").EXTENSION_SUFFIXES))
ask("cache_tag", lambda: sys.implementation.cache_tag)
ask("paths", lambda: sysconfig.get_paths())
ask("variable", lambda: {name: str(value) for name, value in sysconfig.get_config_vars().items() if name in VARIABLES and value is not None})
ask("encoding.locale", lambda: locale.getpreferredencoding(False))
ask("encoding.filesystem", lambda: sys.getfilesystemencoding())
ask("gil", lambda: getattr(sys, "_is_gil_enabled", lambda: True)())
ask("hash", lambda: sys.hash_info.algorithm)
ask("libc", lambda: " ".join(platform.libc_ver()).strip())
ask("ssl.version", lambda: attribute("ssl", "OPENSSL_VERSION"))
ask("ssl.cafile", lambda: attribute("ssl", "get_default_verify_paths")().openssl_cafile)
ask("ssl.capath", lambda: attribute("ssl", "get_default_verify_paths")().openssl_capath)
def certificates():
    paths = attribute("ssl", "get_default_verify_paths")()
    if os.path.isfile(paths.openssl_cafile):
        return "file"
    named = os.listdir(paths.openssl_capath) if os.path.isdir(paths.openssl_capath) else []
    # OpenSSL finds them by the hash of who they are of, and by no other name.
    return "folder" if any(re.match("[0-9a-f]{8}[.][0-9]", name) for name in named) else "none"
ask("ssl.certificates", certificates)
ask("sqlite.version", lambda: attribute("sqlite3", "sqlite_version"))
ask("zlib.version", lambda: attribute("zlib", "ZLIB_RUNTIME_VERSION"))
ask("expat.version", lambda: attribute("pyexpat", "EXPAT_VERSION"))
ask("tk.version", lambda: attribute("_tkinter", "TK_VERSION"))
ask("readline", lambda: "libedit" if "libedit" in (attribute("readline", "__doc__") or "") else "readline")
for name in MODULES:
    try:
        said["modules"][name] = module(name)
    except BaseException as error:
        said["modules"][name] = reason(error)
def mapped():
    with open("/proc/self/maps") as maps:
        return sorted({line.split(None, 5)[5].strip() for line in maps if "/libpython" in line})
if sys.platform.startswith("linux"):
    ask("libpython", mapped)
# The packaging library of whoever asks: an installer's own answer, whatever this interpreter has installed.
def wheels():
    util = importlib.import_module("importlib.util")
    spec = util.spec_from_file_location("packaging", os.path.join(PACKAGING, "__init__.py"), submodule_search_locations=[PACKAGING])
    sys.modules["packaging"] = util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["packaging"])
    return list(importlib.import_module("packaging.tags").sys_tags())
def tags():
    found, sets, platforms = wheels(), {}, []
    for one in found:
        if one.platform != "any" and one.platform not in platforms:
            platforms.append(one.platform)
        names = sets.setdefault((one.abi, "any" if one.platform == "any" else "{platform}"), [])
        if one.interpreter not in names:
            names.append(one.interpreter)
    said["tags.count"], said["tags.platforms"] = len(found), platforms
    local = sysconfig.get_platform().replace("-", "_").replace(".", "_").replace(" ", "_")
    # As wheels are named by those who build them: a 32-bit interpreter on a 64-bit kernel.
    if sys.maxsize < 2**32:
        local = {"linux_x86_64": "linux_i686", "linux_aarch64": "linux_armv7l"}.get(local, local)
    said["tags.builds"] = "%s-%s-%s" % (found[0].interpreter, found[0].abi, local)
    return ["%s-%s-%s" % (".".join(names), abi, platform) for (abi, platform), names in sets.items()]
ask("tags.accepts", tags)
sys.stdout.flush()
print("\n" + MARK + json.dumps(said))
"""

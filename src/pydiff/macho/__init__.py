"""Reading Mach-O files, and setting the install name of a macOS library where no Mac is. Nothing is trusted; every offset is checked.

What the loader and the linker see, of every kind of file (why lief is not asked, `pydiff.elf` says):

    data ── slices.py: universal files ── architecture.py: header, load commands ─┬─ linking.py: libraries, versions, signature
                                                                                  └─ symbols.py: names ── trie.py: dyld's exports

The bytes that Apple's `install_name_tool -id` would write. The rules are those of Apple's published cctools
(`misc/install_name_tool.c`, `libstuff/{checkout,code_directory,writeout,align}.c` of cctools-1035.1.102; the signing has been the same
since cctools-986, the 16 bytes kept free for a signature came with cctools-1024.3) and, for the signature's layout, of the linker's
libcodedirectory. Libraries that can edit Mach-O files (lief, LLVM) lay the file out anew and sign differently or not at all, so that
none gives the same bytes.

    data ── slices.py ──> universal.py: each ── image.py: parse ── linkedit.py: would Apple's tool take it?
                                              └─ install_name.py: LC_ID_DYLIB ── signature.py: the linker's signature made anew
"""

from __future__ import annotations

from pydiff.macho.image import MachOError
from pydiff.macho.universal import set_install_name

__all__ = ["MachOError", "set_install_name"]

"""Setting the install name of a macOS library where no Mac is: the bytes that Apple's `install_name_tool -id` would write.

The rules are those of Apple's published cctools (`misc/install_name_tool.c`, `libstuff/{checkout,code_directory,writeout,align}.c`
of cctools-1035.1.102; the signing has been the same since cctools-986, the 16 bytes kept free for a signature came with
cctools-1024.3) and, for the signature's layout, of the linker's libcodedirectory. Libraries that can edit Mach-O files (lief, LLVM)
lay the file out anew and sign differently or not at all, so that none gives the same bytes.

    data ── universal.py ──> each slice ── image.py: parse ── linkedit.py: would Apple's tool take it?
                                        └─ install_name.py: LC_ID_DYLIB ── signature.py: the linker's signature made anew
"""

from __future__ import annotations

from pydiff.macho.image import MachOError
from pydiff.macho.universal import set_install_name

__all__ = ["MachOError", "set_install_name"]

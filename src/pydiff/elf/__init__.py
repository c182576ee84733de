"""Reading ELF files: headers, then what the dynamic loader and the linker see. Nothing is trusted; every offset is checked.

lief reads all this too, and is the judge of it in the tests; but its import alone costs a third of a second and 50 MB, which is most of what
two whole trees cost here, and a hostile file takes the process along when it breaks a parser in C++.

    image.py: header, sections, segments
      ├─ dynamic.py: tags and names ── symbols.py ── linking.py: NEEDED, run paths, versions
      └─ notes.py: CPU levels
"""

from __future__ import annotations

from pydiff.elf.image import MACHINES, MAGIC, ElfError, Image
from pydiff.elf.linking import Linking, linking
from pydiff.elf.notes import cpu_levels
from pydiff.elf.symbols import Symbol, local_names

__all__ = ["MACHINES", "MAGIC", "ElfError", "Image", "Linking", "Symbol", "cpu_levels", "linking", "local_names"]

"""LLVM bitcode: link-time optimised objects that are not machine code. Only the LLVM that made one, or a newer one, can link it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pydiff.snapshot.binary.interface import Binary, found

MAGIC = b"BC\xc0\xde"
# Apple's compilers put a header in front: magic, version, offset and size of the bitcode, CPU type; 32-bit little-endian.
WRAPPED = b"\xde\xc0\x17\x0b"
_IDENTIFICATION = 13
"""The block that names the producer; it comes first (LLVM 3.8 and later)."""
_STRING = 1
"""The record in it that does."""
_CHAR6 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._"
_LONGEST = 200
"""Characters of a producer's name, and abbreviations of the block; real ones have a dozen of the first and two of the second."""


def read(data: bytes) -> Binary:
    """`producer` is as the compiler wrote it ("LLVM14.0.6"); left out where the file does not say it in the known form."""
    if data[:4] == WRAPPED:
        start = int.from_bytes(data[8:12], "little")
        data = data[start : start + int.from_bytes(data[12:16], "little")]
    return Binary(found(format="llvm-bitcode", producer=producer(data)))


def producer(data: bytes) -> str:
    """The producer's name, or "". Source of the format: llvm.org/docs/BitCodeFormat.html."""
    try:
        return _Identification(_Bits(data, 32)).read()
    except (EOFError, ValueError):
        return ""


@dataclass(slots=True)
class _Bits:
    data: bytes
    place: int
    """In bits."""

    def fixed(self, width: int) -> int:
        first, last = self.place // 8, (self.place + width + 7) // 8
        if last > len(self.data):
            raise EOFError
        value = int.from_bytes(self.data[first:last], "little") >> (self.place % 8)
        self.place += width
        return value & ((1 << width) - 1)

    def variable(self, width: int) -> int:
        """A number in chunks of `width` bits, the highest of each saying whether another follows."""
        value = 0
        for shift in range(0, 64, width - 1):
            chunk = self.fixed(width)
            value |= (chunk & ((1 << (width - 1)) - 1)) << shift
            if not chunk >> (width - 1):
                return value
        raise ValueError("a number without an end")


Operand = Callable[[_Bits], int]


def _literal(value: int) -> Operand:
    return lambda _: value


def _fixed(width: int) -> Operand:
    return lambda bits: bits.fixed(width)


def _variable(width: int) -> Operand:
    return lambda bits: bits.variable(width)


def _char6(bits: _Bits) -> int:
    return ord(_CHAR6[bits.fixed(6)])


@dataclass(slots=True)
class _Identification:
    bits: _Bits
    abbreviations: list[list[Operand | str]] = field(default_factory=list)

    def read(self) -> str:
        if self.bits.fixed(2) != 1 or self.bits.variable(8) != _IDENTIFICATION:
            raise ValueError("another block")
        width = self.bits.variable(4)
        if not 2 <= width <= 32:
            raise ValueError("no width of abbreviations")
        self.bits.place += -self.bits.place % 32 + 32
        for _ in range(_LONGEST):
            match self.bits.fixed(width):
                case 2:
                    self.abbreviations.append(self._definition())
                case 0 | 1:
                    raise ValueError("the block ended")
                case number:
                    code, *values = self._plain() if number == 3 else self._abbreviated(number - 4)
                    if code == _STRING:
                        return bytes(values).decode("ascii")
        raise ValueError("too many records")

    def _definition(self) -> list[Operand | str]:
        operands: list[Operand | str] = []
        for _ in range(_checked(self.bits.variable(5))):
            if self.bits.fixed(1):
                operands.append(_literal(self.bits.variable(8)))
                continue
            match self.bits.fixed(3):
                case 1:
                    operands.append(_fixed(self.bits.variable(5)))
                case 2:
                    operands.append(_variable(max(self.bits.variable(5), 2)))
                case 3:
                    operands.append("array")
                case 4:
                    operands.append(_char6)
                case _:
                    raise ValueError("an encoding that this block does not use")
        return operands

    def _plain(self) -> list[int]:
        code, count = self.bits.variable(6), self.bits.variable(6)
        return [code, *(self.bits.variable(6) for _ in range(_checked(count)))]

    def _abbreviated(self, number: int) -> list[int]:
        if number >= len(self.abbreviations):
            raise ValueError("an abbreviation that was not defined")
        values: list[int] = []
        operands = iter(self.abbreviations[number])
        for operand in operands:
            if isinstance(operand, str):
                element = next(operands, None)
                if element is None or isinstance(element, str):
                    raise ValueError("an array of nothing")
                values += [element(self.bits) for _ in range(_checked(self.bits.variable(6)))]
            else:
                values.append(operand(self.bits))
        return values or [0]


def _checked(count: int) -> int:
    if count > _LONGEST:
        raise ValueError("too long")
    return count

"""What the loader and the linker see of one binary, each format in a file of its own. Bytes in, facts out."""

int tiny_part(void) { return 7; }

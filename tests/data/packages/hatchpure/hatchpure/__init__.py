"""Nothing but a pure module."""

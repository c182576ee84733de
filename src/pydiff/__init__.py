"""pydiff: why does a package build under one Python and fail under another of the same version?"""

__version__ = "0.1.0"

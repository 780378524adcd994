"""gongfu (公服): China's basic public service catalogues as linked data."""

__version__ = "0.1.0"

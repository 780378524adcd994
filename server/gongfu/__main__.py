"""The command where its script is not on the PATH: ``python -m gongfu``."""

import sys

from gongfu.cli import main

sys.exit(main())

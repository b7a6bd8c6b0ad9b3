"""`python -m bot.cli` is `riskbot`."""

import sys

from bot.cli import main

sys.exit(main())

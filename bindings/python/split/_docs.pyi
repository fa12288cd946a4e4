# SPDX-License-Identifier: MIT
from typing import Dict

DOCS: Dict[str, str]

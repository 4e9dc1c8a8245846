"""`wellclear demo`: a whole channel on one machine, played from an editable scenario, checked at every step."""

from __future__ import annotations

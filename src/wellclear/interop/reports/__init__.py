"""What outlets print of others' words: reports, and the origins that they go back to, so that one voice counts once."""

from __future__ import annotations

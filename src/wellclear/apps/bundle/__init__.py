"""Bundles as files: export from a store, verify and tell from a directory or a tar."""

from __future__ import annotations

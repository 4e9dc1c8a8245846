"""What we are measured beside. Nothing here imports Wellclear: these programs run in `.venv-peers`, as processes."""

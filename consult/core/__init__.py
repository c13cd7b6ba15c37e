"""What every room stands on. Nothing here imports Starlette or another room."""

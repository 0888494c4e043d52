"""`python -m bot` is `sowhat`."""

from bot.cli import main

main()

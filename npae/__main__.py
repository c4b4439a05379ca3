"""Makes ``python -m npae`` the same as the command ``npae``."""

from npae.console.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

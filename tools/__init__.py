"""What the project's own commands are made of: `make test`, `make check`, `make docs`."""

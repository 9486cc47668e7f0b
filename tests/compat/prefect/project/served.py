"""Serves a flow until it is stopped."""

from flows import word_count

if __name__ == "__main__":
    word_count.serve(name="served")

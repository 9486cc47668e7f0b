"""Flows that the compatibility tests deploy."""

import time

from prefect import flow, get_run_logger, task


@task
def count(word: str) -> int:
    get_run_logger().info("%s has %d letters", word, len(word))
    return len(word)


@flow
def word_count(words: list[str] = ["slipway"]) -> int:
    counts = [count(word) for word in words]
    get_run_logger().info("%d letters in all", sum(counts))
    return sum(counts)


@flow
def sleepy(seconds: int = 120) -> None:
    get_run_logger().info("sleeping")
    for _ in range(seconds * 10):
        time.sleep(0.1)

from prefect import flow, get_run_logger, task


@task(retries=2, retry_delay_seconds=1)
def make_greeting(name: str) -> str:
    get_run_logger().info("Thinking of something nice to say to %s", name)
    return f"Hello, {name}!"


@task
def count_letters(greeting: str) -> int:
    letters = sum(character.isalpha() for character in greeting)
    get_run_logger().info("%s has %d letters", greeting, letters)
    return letters


@flow(name="hello-push-python")
def hello_push(name: str = "world") -> int:
    """Two tasks in a container that was started for this run alone."""
    greeting = make_greeting(name)
    letters = count_letters(greeting)
    get_run_logger().info("%s (%d letters)", greeting, letters)
    return letters


if __name__ == "__main__":
    hello_push()

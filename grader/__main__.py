"""``python -m grader``, for a shell that does not find the command."""

from grader.cli import main

if __name__ == "__main__":
    main()

"""``python -m wutong``: the same as the command ``wutong``."""

from wutong.experiments.commands import main

if __name__ == "__main__":
    main()

"""Wutong from a checkout: ``python run.py`` is the main job, ``python run.py --help`` shows the rest."""

from wutong.experiments.commands import main

if __name__ == "__main__":
    main()

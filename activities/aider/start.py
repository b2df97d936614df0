"""Starts Aider with less work before its first question (about a quarter of an edit's processor time).

Used as `python start.py <Aider's script> <its arguments>`. Each step is left out where a package is missing or differs:
Aider then starts as it does by itself.
"""

import gc
import json
import os
import re
import runpy
import sys


def collect_garbage_rarely():
    """Nothing of what is imported becomes garbage, and Python would look through all of it hundreds of times."""
    gc.set_threshold(100_000, 50, 100)


def build_validators_when_used():
    """The client library declares some thousand kinds of answers; a run uses a few of them."""
    import pydantic

    pydantic.BaseModel.model_config["defer_build"] = True


def read_tables_in_c():
    """Aider's tables of models are read by parsers written in Python, though the packages bring those written in C."""
    import yaml

    yaml.SafeLoader = yaml.CSafeLoader
    import json5

    read_json5 = json5.loads

    def loads(text, **options):
        if not options:
            try:
                return json.loads(without_additions(text))
            except ValueError:
                pass
        return read_json5(text, **options)

    json5.loads = loads


def without_additions(text):
    """JSON of a text that only adds comments and last commas to it; of other texts something that is no JSON."""
    string = r'("(?:[^"\\]|\\.)*")'
    for addition in (r"//[^\n]*|/\*.*?\*/", r",(?=\s*[}\]])"):
        text = re.sub(f"{string}|{addition}", lambda found: found[1] or "", text, flags=re.DOTALL)
    return text


def main():
    script = sys.argv[1]
    sys.argv = sys.argv[1:]
    # As if Python had been given the script itself.
    sys.path[0] = os.path.dirname(script)
    for make_faster in (collect_garbage_rarely, build_validators_when_used, read_tables_in_c):
        try:
            make_faster()
        except (ImportError, AttributeError, TypeError):
            continue
    runpy.run_path(script, run_name="__main__")


main()

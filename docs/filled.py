"""What is made anew when the site is built: the help of every command, and the gallery from the scenario files."""

import subprocess
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
QUICK = {"run.continuum": True, "run.replicates": 1}


def fill(app, name, source):
    """Set what a page asks for in a comment into it; Sphinx calls this with every page it reads.

    Links to the README, which lies outside, lead to the page that shows it.
    """
    source[0] = source[0].replace("](../README.md)", "](overview.md)")
    if name == "commands":
        source[0] = source[0].replace("<!-- commands -->", commands())
    if name == "gallery":
        runs = Path(app.doctreedir) / "runs"
        cards = (world(one, runs) for one in app.config.gallery_worlds.split(","))
        source[0] = source[0].replace("<!-- cards -->", "\n".join(cards))


def commands():
    """A section a command with its help, groups of commands one after the other."""
    from sim.cli import main

    return "\n".join(_helps(main, click.Context(main, info_name="factorflow")))


def _helps(group, context):
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inside = click.Context(command, info_name=name, parent=context, terminal_width=100, max_content_width=100)
        yield f"## {inside.command_path}\n\n```text\n{command.get_help(inside)}\n```\n"
        if isinstance(command, click.Group):
            yield from _helps(command, inside)


def world(name, runs):
    """A section a world: what closes most of the gap first, then a card for each of its scenarios that has policies.

    Runs are kept below `runs`, so that a second build computes nothing.
    """
    from sim import compare, load, run
    from sim.analysis.leading import RANKING_HEAD, ranking
    from sim.analysis.outcome import outcomes

    folder = ROOT / "scenarios" / name
    scenarios = [load(file, QUICK) for file in shipped(folder)]
    found = {one.name: run(one, runs / name / one.name) for one in scenarios}
    asked = [one for one in scenarios if one.policies]
    compared = compare(found["baseline"], *(found[one.name] for one in asked))
    outcome = {one.label: one for one in outcomes(compared)}
    heads = [head.replace("yuan", compared.baseline.currency) for head in RANKING_HEAD if head != "90% band"]
    rows = [heads, ["---"] * len(heads)]
    for label, closed, ratio, _, *money in ranking(list(outcome.values())):
        rows.append([f"[{outcome[label].title}](#{name}-{label})", closed, ratio, *money])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    cards = [card(compared[one.name], outcome[one.name], name, one) for one in asked]
    head = f"## {name.replace('_', ' ').capitalize()}\n\nBy {compared.year}, what closes most of the gap first:\n"
    return f"{head}\n{table}\n\n" + "\n".join(cards)


def shipped(folder):
    """Scenario files of a folder that are kept with the source, as far as git knows, so that one's own stay out."""
    files = sorted(folder.glob("*.yaml"))
    try:
        told = subprocess.run(["git", "ls-files", "--", "*.yaml"], cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # an archive of the source: all that is in it is shipped
        return files
    kept = set(told.stdout.splitlines())
    return [file for file in files if file.name in kept] or files


def card(compared, outcome, where, scenario):
    """Title, finding, curve, cost, losers and command of one scenario, in Markdown."""
    from sim.analysis.leading import money_words
    from sim.notebook.card import finding, gap_curve, losers
    from sim.pages.drawings.svg import both

    file = f"scenarios/{where}/{scenario.name}.yaml"
    parts = [f"({where}-{scenario.name})=\n### {scenario.title}", f"*{scenario.question}*", finding(compared, outcome)]
    picture = both(lambda width: gap_curve([compared.baseline, *compared.scenarios.values()], width))
    parts.append(f'```{{raw}} html\n<div class="card">{picture}</div>\n```')
    parts += [money_words(outcome), losers(outcome)]
    parts.append(f"[{file}](../{file})\n\n```sh\nfactorflow compare scenarios/{where}/baseline.yaml {file}\n```")
    return "\n\n".join(parts) + "\n"

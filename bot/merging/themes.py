"""The themes of a file, put into the plan: known by their names, the new ones made."""

from bot.importing.matching import text_key
from bot.merging.target import Target
from bot.plan_document import ThemeEntry
from storage import plans
from storage.models import Theme
from storage.vocabulary import Role


def merge_themes(to: Target) -> dict[str, int]:
    """The ids of all themes by the key of their name, those made new that the file has."""
    there = plans.themes(to.session, to.workspace, to.plan_id)
    ids = {text_key(theme.name): theme.id for theme, _ in there if theme.id is not None}
    for entry in sorted(to.document.themes, key=lambda theme: theme.rank):
        theme_id = ids.get(text_key(entry.name))
        stored = next((t for t, _ in there if t.id == theme_id), None) if theme_id else None
        ids[text_key(entry.name)] = _save_theme(to, entry, stored, entry.rank)
    named = [i.theme for i in to.document.sar_items]
    named += [a.theme for a in to.document.actions]
    for name in dict.fromkeys(filter(None, named)):
        if text_key(name) not in ids:
            entry = ThemeEntry(name=name, rank=len(ids) + 1)
            ids[text_key(name)] = _save_theme(to, entry, None, entry.rank)
    return ids


def _save_theme(to: Target, entry: ThemeEntry, stored: Theme | None, rank: int) -> int:
    sponsor = to.persons.meant(entry.sponsor)
    if sponsor is not None and sponsor.role in (Role.OWNER, Role.READER):
        sponsor.role = Role.SPONSOR
        to.session.add(sponsor)
    if entry.sponsor is not None and sponsor is None:
        to.persons.ask(entry.sponsor, entry.name)
    sponsor_id = sponsor.id if sponsor else None
    if stored is not None and sponsor_id is None and not to.is_own:
        sponsor_id = stored.sponsor_id
    if stored is None:
        to.merged.new_themes.append(entry.name)
    elif (stored.name, stored.rank, stored.sponsor_id) == (entry.name, rank, sponsor_id):
        assert stored.id is not None
        return stored.id
    saved = plans.save_theme(
        to.session,
        to.workspace,
        to.plan_id,
        name=entry.name,
        rank=rank,
        sponsor_id=sponsor_id,
        by=to.into.by,
        at=to.into.at,
        theme_id=stored.id if stored else None,
    )
    assert saved.id is not None
    return saved.id

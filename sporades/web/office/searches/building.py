"""The tree of criteria as it is being built on a page, without a script.

Each group and each criterion has its place: « g » is the whole, « g-2 » its second member,
« g-2-1 » the first member of that one. What is posted is read back into a tree, whatever is
typed; the form then shows it, and judges it when it is time to search.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict

from sporades.accounts.permissions import Reach
from sporades.core.numbers import in_groups
from sporades.searches.catalogue import CRITERIA, GROUPS
from sporades.searches.columns import FIRST, USUAL
from sporades.searches.columns import GROUPS as COLUMN_GROUPS
from sporades.searches.criteria import (
    MOST_LISTED,
    TOO_MANY_LISTED,
    Criterion,
    Identifier,
    Unreadable,
)
from sporades.searches.operators import Operator
from sporades.searches.trees import DEEPEST, MOST_LEAVES, Group, Leaf, Link

ROOT = "g"
LINK, ADDED, CRITERION, OPERATOR, VALUE, UNTIL, LISTED = (
    "lien",
    "ajout",
    "critere",
    "operateur",
    "valeur",
    "jusque",
    "liste",
)
ADD, GROUP_IN, REMOVE, SEARCH = "ajouter", "grouper", "retirer", "rechercher"

ADDABLE = [
    ("", "Choisir un critère"),
    *((title, [(one.code, one.label) for one in criteria]) for title, criteria in GROUPS),
]

type Node = Group | Leaf


@dataclass(frozen=True)
class Line:
    """A criterion on the page."""

    place: str
    code: str
    label: str
    hint: str
    operator: BoundField
    boxes: tuple[BoundField, ...]

    is_block: ClassVar = False


@dataclass(frozen=True)
class Block:
    """A group on the page, with what it holds.

    Attributes:
        place: where it stands in the tree.
        link: how its members are joined, asked where there are two.
        added: the list from which a criterion is added; nothing when there is no room.
        members: lines and blocks.
        takes_group: whether a group may be put into it.
    """

    place: str
    link: BoundField
    added: BoundField | None
    members: "tuple[Line | Block, ...]"
    takes_group: bool

    is_block: ClassVar = True


class SearchForm(forms.Form):
    """A tree and the columns to show."""

    colonnes = forms.MultipleChoiceField(
        label="Colonnes",
        help_text=f"« {FIRST.label} » est toujours la première.",
        choices=[
            (title, [(one.code, one.label) for one in columns if one is not FIRST])
            for title, columns in COLUMN_GROUPS
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self, tree: Group, columns: list[str], *, reach: Reach, is_judged: bool = False
    ) -> None:
        """Show a tree and columns.

        Args:
            tree: what has been typed so far.
            columns: the codes of the columns; none for the usual ones.
            reach: where the reader may read: it bounds what lists offer.
            is_judged: whether what cannot be compared is said.
        """
        self.tree, self.reach = tree, reach
        ticked = [one for one in columns or USUAL if one != FIRST.code]
        said = {"colonnes": ticked, **dict(_as_data(tree, ROOT))}
        super().__init__(
            data=said if is_judged else None,
            initial={} if is_judged else said,
            auto_id="%s",
        )
        self.has_room = sum(1 for _ in tree.leaves()) < MOST_LEAVES
        self._build(tree, ROOT)

    def label_of(self, name: str) -> str:
        """Name the criterion of a box."""
        place, _, part = name.rpartition("-")
        leaf = dict(_leaves(self.tree, ROOT)).get(place)
        if leaf is None:
            return str(self.fields[name].label)
        which = {UNTIL: ", seconde borne", LISTED: ", liste"}.get(part, "")
        return f"{leaf.criterion.label}{which}"

    def clean(self) -> dict[str, Any]:
        """Compare each criterion with what is typed, and say at its box what cannot be."""
        data = super().clean() or {}
        listed = 0
        for place, leaf in _leaves(self.tree, ROOT):
            try:
                listed += _compared(leaf, beside=listed)
            except Unreadable as trouble:
                is_list = leaf.operator is Operator.AMONG
                name = f"{place}-{LISTED if is_list else UNTIL if trouble.box else VALUE}"
                if name not in self.errors:
                    self.add_error(name, ValidationError(str(trouble)))
        return data

    def _build(self, node: Group, place: str) -> None:
        self.fields[f"{place}-{LINK}"] = forms.ChoiceField(
            label="Chercher les inscriptions qui remplissent",
            choices=[(one.value, one.label) for one in Link],
        )
        if self.has_room:
            added = forms.ChoiceField(label="Ajouter un critère", choices=ADDABLE, required=False)
            added.is_conditional = True  # type: ignore[attr-defined] # its button calls for it
            self.fields[f"{place}-{ADDED}"] = added
        for at, member in _members(node, place):
            if isinstance(member, Group):
                self._build(member, at)
            else:
                self._build_leaf(member, at)

    def _build_leaf(self, leaf: Leaf, place: str) -> None:
        criterion = leaf.criterion
        operator = f"{place}-{OPERATOR}"
        self.fields[operator] = forms.ChoiceField(
            label=criterion.asks_how,
            choices=[(one.value, one.label) for one in criterion.operators],
            widget=forms.HiddenInput if _is_told_at_once(criterion) else forms.Select,
        )
        with_value = " ".join(
            one.value for one in criterion.operators if one.boxes and one is not Operator.AMONG
        )
        choices = criterion.choices(self.reach)
        value = (
            forms.CharField(label=criterion.asks_what, required=False)
            if choices is None
            else forms.ChoiceField(
                label=criterion.asks_what, required=False, choices=[("", "Choisir"), *choices]
            )
        )
        # A value that is on the list no more is said by what it finds, which is nothing.
        if isinstance(value, forms.ChoiceField):
            value.validate = lambda _: None  # type: ignore[method-assign]
        value.widget.attrs["autocomplete"] = "off"
        self._show_for(value, operator, with_value)
        self.fields[f"{place}-{VALUE}"] = value
        if Operator.BETWEEN in criterion.operators:
            until = forms.CharField(label="et", required=False)
            self._show_for(until, operator, Operator.BETWEEN.value)
            self.fields[f"{place}-{UNTIL}"] = until
        if isinstance(criterion, Identifier):
            listed = forms.CharField(
                label="Liste",
                help_text=(
                    f"Collez une colonne de votre tableur : {criterion.what} par ligne, "
                    f"{in_groups(str(MOST_LISTED))} au plus."
                ),
                required=False,
                widget=forms.Textarea(
                    {"rows": 6, "autocomplete": "off", "spellcheck": "false"},
                ),
            )
            self._show_for(listed, operator, Operator.AMONG.value)
            self.fields[f"{place}-{LISTED}"] = listed

    def _show_for(self, field: forms.Field, operator: str, values: str) -> None:
        field.is_conditional = True  # type: ignore[attr-defined] # read by the form's template
        field.widget.attrs.update({"data-shown-when": f"{operator}={values}"})

    @property
    def block(self) -> Block:
        """The whole tree, as the page shows it."""
        return self._block(self.tree, ROOT)

    def _block(self, node: Group, place: str) -> Block:
        return Block(
            place=place,
            link=self[f"{place}-{LINK}"],
            added=self[f"{place}-{ADDED}"] if self.has_room else None,
            members=tuple(
                self._block(member, at) if isinstance(member, Group) else self._line(member, at)
                for at, member in _members(node, place)
            ),
            takes_group=self.has_room and place.count("-") < DEEPEST - 1,
        )

    def _line(self, leaf: Leaf, place: str) -> Line:
        names = [f"{place}-{part}" for part in (VALUE, UNTIL, LISTED)]
        return Line(
            place=place,
            code=leaf.criterion.code,
            label=leaf.criterion.label,
            hint=leaf.criterion.hint,
            operator=self[f"{place}-{OPERATOR}"],
            boxes=tuple(self[name] for name in names if name in self.fields),
        )


def read(posted: QueryDict) -> Group:
    """Return the tree that a page of ours posted, whatever was typed in it.

    Raises:
        BadRequest: no page of ours posts this.
    """
    tree = _read_group(posted, ROOT)
    if sum(1 for _ in tree.leaves()) > MOST_LEAVES:
        raise BadRequest
    return tree


def posted(tree: Group, shown: Iterable[str] = (), since: str = "") -> list[tuple[str, str]]:
    """Return what a page posts to search a tree that it holds whole, the oldest first.

    Args:
        tree: what is sought.
        shown: the columns that tell one line from another.
        since: the column that says since when; nothing for the usual columns, in their usual order.
    """
    leaves = [(f"{place}-{CRITERION}", leaf.criterion.code) for place, leaf in _leaves(tree, ROOT)]
    order = [*(("colonnes", code) for code in (*shown, since)), ("tri", since)] if since else []
    return [*_as_data(tree, ROOT), *leaves, *order, ("faire", SEARCH)]


class Narrowed(NamedTuple):
    """What a page posts to search, of what it has found, those that answer some criteria more.

    Attributes:
        fields: what it holds.
        names: the field that says with what each of these criteria is compared.
    """

    fields: list[tuple[str, str]]
    names: tuple[str, ...]


def narrowed(tree: Group, *criteria: Criterion) -> Narrowed | None:
    """Return what asks a tree and some criteria more; nothing where a page has no room for them."""
    if sum(1 for _ in tree.leaves()) + len(criteria) > MOST_LEAVES:
        return None
    whole = tree.members
    if tree.link is Link.OR and whole:
        if any(place.count("-") >= DEEPEST - 1 for place, _ in _groups(tree, ROOT)):
            return None
        whole = (tree,)
    more = Group(Link.AND, (*whole, *(Leaf(one, Operator.IS) for one in criteria)))
    names = tuple(
        f"{ROOT}-{place}-{VALUE}" for place in range(len(whole) + 1, len(more.members) + 1)
    )
    return Narrowed([one for one in posted(more) if one[0] not in names], names)


class Acted(NamedTuple):
    """What a button of the tree has done.

    Attributes:
        tree: as it is now.
        field: the one to go on from.
        said: what was done, in words, for whoever does not see the page change.
    """

    tree: Group
    field: str
    said: str = ""


def acted(tree: Group, posted: QueryDict) -> Acted:
    """Return the tree after the button that was pressed, and the place to go on from.

    Raises:
        BadRequest: no page of ours has that button.
    """
    act, _, place = posted.get("faire", "").partition(":")
    if act == ADD:
        code = posted.get(f"{place}-{ADDED}", "")
        if not code:
            return Acted(tree, f"{place}-{ADDED}")
        if code not in CRITERIA:
            raise BadRequest
        criterion = CRITERIA[code]
        leaf = Leaf(criterion, criterion.operators[0])
        return Acted(*_put(tree, place, leaf), f"Critère ajouté : {criterion.label}.")
    if act == GROUP_IN and place.count("-") < DEEPEST - 1:
        return Acted(*_put(tree, place, Group(Link.OR)), "Groupe ajouté.")
    if act == REMOVE and place != ROOT:
        parent, gone = place.rpartition("-")[0], _at(tree, place)
        said = (
            f"Critère retiré : {gone.criterion.label}."
            if isinstance(gone, Leaf)
            else "Groupe retiré."
        )
        return Acted(_without(tree, place), f"{parent}-{ADDED}", said)
    raise BadRequest


def _read_group(posted: QueryDict, place: str) -> Group:
    if place.count("-") >= DEEPEST:
        raise BadRequest
    members: list[Node] = []
    for number in count(1):
        at = f"{place}-{number}"
        if f"{at}-{CRITERION}" in posted:
            members.append(_read_leaf(posted, at))
        elif f"{at}-{LINK}" in posted:
            members.append(_read_group(posted, at))
        else:
            break
    try:
        return Group(Link(posted.get(f"{place}-{LINK}", Link.AND)), tuple(members))
    except ValueError:
        raise BadRequest from None


def _read_leaf(posted: QueryDict, place: str) -> Leaf:
    criterion = CRITERIA.get(posted[f"{place}-{CRITERION}"])
    operator = posted.get(f"{place}-{OPERATOR}", "")
    if criterion is None or operator not in criterion.operators:
        raise BadRequest
    return _typed(
        criterion,
        Operator(operator),
        *(posted.get(f"{place}-{part}", "") for part in (VALUE, UNTIL, LISTED)),
    )


def _typed(criterion: Criterion, operator: Operator, value: str, until: str, listed: str) -> Leaf:
    """Return what is compared with what was typed: without a script each box stands beside the others."""
    is_pasted = bool(listed.strip()) and isinstance(criterion, Identifier)
    if is_pasted and not value.strip() and operator.boxes:
        operator = Operator.AMONG  # a list where nothing else is typed is what is meant
    if operator is Operator.AMONG:
        return Leaf(
            criterion, operator, ("\n".join((listed if is_pasted else value).splitlines()),)
        )
    return Leaf(criterion, operator, (value, until))


def _as_data(node: Group, place: str) -> Iterator[tuple[str, str]]:
    yield f"{place}-{LINK}", node.link.value
    for at, member in _members(node, place):
        if isinstance(member, Group):
            yield from _as_data(member, at)
        else:
            yield f"{at}-{OPERATOR}", member.operator.value
            parts = (LISTED,) if member.operator is Operator.AMONG else (VALUE, UNTIL)
            for part, value in zip(parts, member.values, strict=False):
                yield f"{at}-{part}", value


def _compared(leaf: Leaf, *, beside: int) -> int:
    """Return how many are in the list of a comparison, beside those of others. Raises Unreadable."""
    leaf.condition()
    if beside + (listed := len(leaf.listed)) > MOST_LISTED:
        raise Unreadable(TOO_MANY_LISTED)
    return listed


def _members(node: Group, place: str) -> Iterator[tuple[str, Node]]:
    for number, member in enumerate(node.members, 1):
        yield f"{place}-{number}", member


def _leaves(node: Group, place: str) -> Iterator[tuple[str, Leaf]]:
    for at, member in _members(node, place):
        if isinstance(member, Group):
            yield from _leaves(member, at)
        else:
            yield at, member


def _put(tree: Group, place: str, added: Node) -> tuple[Group, str]:
    """Return the tree with one more member in the group of a place, and where that one stands."""
    group = dict(_groups(tree, ROOT)).get(place)
    if group is None or sum(1 for _ in tree.leaves()) >= MOST_LEAVES:
        raise BadRequest
    wider = replace(group, members=(*group.members, added))
    at = f"{place}-{len(wider.members)}"
    first = LINK if isinstance(added, Group) else _first_of(added.criterion)
    return _changed(tree, ROOT, {place: wider}), f"{at}-{first}"


def _first_of(criterion: Criterion) -> str:
    """Return what is asked first of a criterion."""
    return VALUE if _is_told_at_once(criterion) else OPERATOR


def _is_told_at_once(criterion: Criterion) -> bool:
    """Return whether a criterion asks for its value alone: it is compared in one way, which goes without saying."""
    return criterion.operators == (Operator.IS,)


def _at(tree: Group, place: str) -> Node:
    """Return what stands in a place. Raises BadRequest where nothing does."""
    parent = place.rpartition("-")[0]
    group = dict(_groups(tree, ROOT)).get(parent)
    found = dict(_members(group, parent)).get(place) if group is not None else None
    if found is None:
        raise BadRequest
    return found


def _without(tree: Group, place: str) -> Group:
    parent = place.rpartition("-")[0]
    group = dict(_groups(tree, ROOT))[parent]
    kept = tuple(member for at, member in _members(group, parent) if at != place)
    return _changed(tree, ROOT, {parent: replace(group, members=kept)})


def _groups(node: Group, place: str) -> Iterator[tuple[str, Group]]:
    yield place, node
    for at, member in _members(node, place):
        if isinstance(member, Group):
            yield from _groups(member, at)


def _changed(node: Group, place: str, instead: Mapping[str, Group]) -> Group:
    """Return a tree in which the group of a place is another one."""
    if place in instead:
        return instead[place]
    members = tuple(
        _changed(member, at, instead) if isinstance(member, Group) else member
        for at, member in _members(node, place)
    )
    return replace(node, members=members)

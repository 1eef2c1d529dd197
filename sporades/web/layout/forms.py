"""How every form is printed: the design system's fields, set once for the whole service."""

from pathlib import Path
from typing import Any

from django import forms
from django.forms import (
    BaseForm,
    CheckboxInput,
    CheckboxSelectMultiple,
    MultiWidget,
    PasswordInput,
    RadioSelect,
    Select,
    SelectDateWidget,
)
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList
from django.template.backends.jinja2 import Jinja2
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from jinja2 import Environment, StrictUndefined

from sporades.core.french import listed
from sporades.web.layout.markup import attributes, directed, printed
from sporades.web.layout.markup import options as options_of
from sporades.web.layout.wording import say_what_to_do

SHORT = 15
"""Up to how many signs an answer has a box of its size."""

LONG = 50
"""From how many choices on a list is worth keeping printed."""


class Field(BoundField):
    """A field of a form, with what its template asks about it, and our words where it refuses."""

    def __init__(self, form: BaseForm, field: forms.Field, name: str) -> None:
        """Tie a field to its form, which does so before it judges an answer."""
        super().__init__(form, field, name)
        say_what_to_do(field, str(self.label))
        # A control that cuts what is pasted into it says nothing of it: the field does.
        longest = field.widget.attrs.pop("maxlength", None)
        if longest and int(longest) <= SHORT:
            field.widget.attrs.setdefault("size", longest)

    @cached_property
    def kind(self) -> str:
        """Return the shape of the field: group, checkbox, select, password or text."""
        widget = self.field.widget
        if widget.use_fieldset:
            return "group"
        shapes = (
            (CheckboxInput, "checkbox"),
            (Select, "select"),
            (PasswordInput, "password"),
        )
        return next((name for shape, name in shapes if isinstance(widget, shape)), "text")

    @property
    def is_greyed(self) -> bool:
        """Whether the answer is shown but cannot be changed."""
        return self.field.disabled

    @property
    def locked_answer(self) -> str:
        """What was chosen among buttons or boxes that cannot be changed, as text; or nothing.

        A button that is greyed shows neither well: what was chosen, and that it cannot be left.
        """
        if not self.is_greyed:
            return ""
        if self.kind == "checkbox":
            return "Oui" if self.value() else "Non"
        if not isinstance(self.field.widget, RadioSelect | CheckboxSelectMultiple):
            return ""
        chosen = [str(one.choice_label) for one in self.subwidgets if one.data["selected"]]
        return ", ".join(chosen) or "Non renseigné"

    @property
    def is_optional(self) -> bool:
        """Whether the reader may leave it empty.

        A box left unticked is an answer; a field that another answer calls for is then due.
        """
        return not (
            self.field.required
            or self.field.disabled
            or self.kind == "checkbox"
            or getattr(self.field, "is_conditional", False)
        )

    @property
    def asked_of(self) -> str:
        """What the question is about, where others of its page have the same label; or nothing.

        Who sees the page reads it above: it is for who goes from one question to the next by ear.
        """
        return getattr(self.field, "asked_of", "")

    @property
    def known_errors(self) -> ErrorList | None:
        """The errors of this field, if there are any."""
        return self.form.errors.get(self.name)

    @property
    def is_emptied(self) -> bool:
        """Whether what was typed here is not shown again, because something else is refused."""
        return bool(
            self.kind == "password"
            and self.form.is_bound
            and self.form.errors
            and not self.known_errors
            and self.data
        )

    @property
    def is_due_as_a_whole(self) -> bool:
        """Whether an answer is due that several controls make, none of which says so when heard.

        Where one of them is chosen from the start, none is due.
        """
        return (
            self.use_fieldset
            and self.field.required
            and not self.is_greyed
            and self.field.initial is None
        )

    @property
    def aria_describedby(self) -> str | None:
        """Return the ids of what describes the control: that it is due, help, error, that it was emptied.

        What else stands beside it in its page describes it too: `described_by`, on its field.
        """
        told = (
            f"{self.auto_id}_due" if self.is_due_as_a_whole else "",
            getattr(self.field, "described_by", ""),
            super().aria_describedby or "",
            f"{self.auto_id}_emptied" if self.is_emptied else "",
        )
        return " ".join(one for one in told if one)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Any = None) -> dict[str, Any]:
        """Return the attributes of each control; those of a group are described one by one.

        What describes a group alone, a screen reader may leave unsaid on entering it.
        """
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        if self.use_fieldset and self.aria_describedby:
            built.setdefault("aria-describedby", self.aria_describedby)
        # What is due and still empty, browsers else tell screen readers to be wrong; of buttons,
        # which may not say that they are right, that an answer is due is told in words.
        if isinstance(self.field.widget, RadioSelect):
            built.pop("required", None)
        elif built.get("required"):
            built.setdefault("aria-invalid", "false")
        return built

    @property
    def is_in_parts(self) -> bool:
        """Whether several controls make one answer: a day, a month and a year."""
        return isinstance(self.field.widget, MultiWidget | SelectDateWidget)

    @property
    def first_control(self) -> str:
        """The id of the control that a link to this field goes to."""
        if self.is_in_parts:
            wrong = getattr(self.field.widget, "wrong", ()) or (0,)
            return (self._parts() or [self.auto_id])[wrong[0]]
        if self.kind == "group":
            return self.subwidgets[0].id_for_label if self.subwidgets else f"{self.auto_id}_group"
        return self.id_for_label

    def as_widget(self, widget: Any = None, *args: Any, **options: Any) -> SafeString:
        """Print the control; the options of a long list are printed once per process."""
        control = widget or self.field.widget
        return super().as_widget(LongList.instead_of(control) or control, *args, **options)

    def _parts(self) -> list[str]:
        context = self.field.widget.get_context(self.html_name, self.value(), {"id": self.auto_id})
        return [part["attrs"]["id"] for part in context["widget"]["subwidgets"]]


class LongList(Select):
    """A list of countries or departments, whose printed options a process keeps."""

    @classmethod
    def instead_of(cls, control: Any) -> "LongList | None":
        """Return what prints this control as it would, or nothing if it is no long list."""
        if type(control) is not Select or len(control.choices) < LONG:
            return None
        made = cls(control.attrs, control.choices)
        made.is_required = control.is_required
        return made

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        """Return the options, printed."""
        return printed(tuple(self.choices), tuple(value))


class Renderer(TemplatesSetting):
    """Django's form renderer, with our templates.

    A form is a template of Django's; its fields and their controls, of which a page may have
    fifty, are Jinja's, which prints them five times as fast.
    """

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = Field

    @cached_property
    def fields(self) -> Jinja2:
        """The engine of fields and controls: ours first, then those that Django ships."""
        folders = (Path(__file__).parent / "jinja2", Path(forms.__file__).parent / "jinja2")
        return Jinja2(
            {
                "NAME": "fields",
                "APP_DIRS": False,
                "DIRS": folders,
                "OPTIONS": {"environment": "sporades.web.layout.forms.environment"},
            }
        )

    def get_template(self, template_name: str) -> Any:
        """Return a template, by the engine that prints it."""
        if template_name == self.form_template_name:
            return super().get_template(template_name)
        return self.fields.get_template(template_name)

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Print a template; a whole form is given its groups of fields."""
        form = context.get("form")
        if template_name == self.form_template_name and isinstance(form, BaseForm):
            context = {**context, "groups": groups(form), "rule": _rule(form)}
        return super().render(template_name, context, request)


def environment(**options: Any) -> Environment:
    """Return Jinja's environment for fields: what is not there is a fault, not a blank."""
    strictly = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**{**options, **strictly, "autoescape": True})  # noqa: S701 - said here
    made.filters |= {"attributes": attributes, "directed": directed, "options": options_of}
    return made


def groups(form: BaseForm) -> list[tuple[str, list[BoundField]]]:
    """Return the visible fields of a form, group by group.

    Args:
        form: a form; its `fieldsets()`, where it has one, gives pairs of a legend and names.

    Returns:
        Pairs of a legend and fields. Fields that no group names come last, without a legend.
    """
    visible = {field.name: field for field in form.visible_fields()}
    named = form.fieldsets() if hasattr(form, "fieldsets") else []
    found = [
        (legend, [visible.pop(name) for name in names if name in visible])
        for legend, names in named
    ]
    return [(legend, fields) for legend, fields in [*found, ("", list(visible.values()))] if fields]


def _rule(form: BaseForm) -> str:
    """Say which fields must be answered; nothing of one that is alone, boxes apart, which its form asks for.

    Nor where none must be: each says so. One that another answer calls for has its own help. A
    form that asks for something among several fields says it itself, in its `rule`.
    """
    if said := getattr(form, "rule", ""):
        return str(said)
    fields = [field for field in form.visible_fields() if not field.is_greyed]
    is_due = any(
        field.field.required or getattr(field.field, "is_conditional", False) for field in fields
    )
    # A box says by itself that it is to be ticked or not.
    asked = [field for field in fields if field.kind != "checkbox" or field.field.required]
    if len(asked) <= 1 or not is_due:
        return ""
    exceptions = {
        "ce qui est marqué « facultatif »": any(field.is_optional for field in fields),
        "les cases, à cocher s'il y a lieu": len(asked) < len(fields),
    }
    kept = listed([words for words, is_one in exceptions.items() if is_one])
    return f"Tout est à remplir{', sauf ' if kept else ''}{kept}."

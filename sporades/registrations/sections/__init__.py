"""The tabs of the wizard, in order. To add one: a file here, a name in `SECTIONS`."""

from sporades.registrations.sections.candidacy import CANDIDACY
from sporades.registrations.sections.extra import EXTRA
from sporades.registrations.sections.identification import IDENTIFICATION
from sporades.registrations.sections.papers import PAPERS
from sporades.registrations.sections.qualification import QUALIFICATION
from sporades.registrations.sections.terms import TERMS

SECTIONS = (TERMS, IDENTIFICATION, CANDIDACY, QUALIFICATION, EXTRA, PAPERS)

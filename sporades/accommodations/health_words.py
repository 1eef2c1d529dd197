"""Words that look like a diagnosis, an illness or a treatment: whoever signs a text is warned of them.

It is a help to the eye, no more: a text without any of them may still say too much, and one with
some of them may say nothing. Nothing is refused for it.

Everything is compared without capitals or accents. A word that is ordinary in the text of a decision
(« le greffe du tribunal », « l'égalité de traitement ») is set aside first, with what makes it so.
"""

import re
import unicodedata
from collections.abc import Iterable

from sporades.core.text import search_key

BEGINNINGS = (
    # What is said of any illness.
    "comorbid deficien diagnosti douleur douloureu hospitalis infectio infirmit invalidant lesion "
    "malade maladi patholog rechut sequelle souffran symptom syndrom "
    # Learning, behaviour, the mind.
    "addict agoraphob alcoolism alzheimer angoiss anorexi antidepress anxie anxiol attentionnel "
    "autis automutil begai begay bipolai bipolari boulimi claustrophob deprim depressi hyperactiv "
    "hypersensib mutism neuroatyp neurodevelop neurodiverg neuropsy nevros nevrot phobi psychiatr "
    "psychiqu psychologiqu psychologue psychomot psychose psychosom psychoti psychotrop schizo "
    "suicid surdou toxicoman "
    # The head and the nerves.
    "amyotroph aphasi ataxi cephale cerebr commotion convuls encephal epilep hydroceph mening "
    "migrain myasthen myopath narcoleps neurochir neurodegen neurofibrom neurolog neuropath nevralg "
    "paralys paralyti parkinson poliomyelit spastic "
    # Sight and hearing.
    "acouphen amblyop astigmat cataract cochleair daltoni glaucom hyperacous hypoacous keratocon "
    "malentendan malvoyan myop nystagm ophtalmo presbyacous retinit retinopath strabism surdit "
    # Bones, joints and wounds.
    "amput arthrit arthros bequill blessur brulur chirurgi cicatri contusion convalescen cyphos "
    "dystroph entors fibromyalg foulur fractur hematom hernie ligament lordos lumbago luxation "
    "orthese osteo polyarthrit polytraum prothese prothetiq reeducat rhumat sciatiq scolios "
    "spondylarth tendinit tendon traumat "
    # The other illnesses.
    "allergi allergo anaphyla anemi anevrism apnee appendicit arythmi asthm bronchit cancer carcinom "
    "cardiaqu cardiolog cardiomyop cardiopath cirrhos coeliaq coronarien crohn cystit dermat diabet "
    "dialys drepanocyt eczem ehlers embolie endocrin endometri fibros gastrit gastroenter glycemi "
    "hemodialys hemophil hemorrag hepat hodgkin hyperglyc hypertension hyperthyro hypoglyc hypotension "
    "hypothyro immunodef immunodepr immunosuppr incontinen infarct inflammat insomni leucem lymphom "
    "melanom metasta mononucleos mucoviscidos nephrit nephro obes oedem oncolog paludism pancreatit "
    "peritonit phlebit pneumo psorias rectocolit sarcom sclero seropositi sinusit tachycard "
    "thalassem thrombo thyroid transplant trisomi tuberculos tumeur ulcer vasculair vitiligo "
    # A child that is expected, or just born.
    "accouch allaite allaitan grossess "
    # What is given and done.
    "antalg antibiotiq anticoagul antidouleur antihistamin antiinflam biopsi chimiotherap cortico "
    "cortison doliprane echograph ibuprofen insulin medicament methylphenidat morphin neurolept "
    "orthophoni orthopt paracetamol perfusion posolog radiotherap ritalin sevrage tramadol"
)
"""As `search_key` writes them: a word that begins so is found."""
WITHOUT_FUNCTION = r"dys(?!fonction|topi)"
"""« Dyslexie », « troubles dys »: every such word, but a « dysfonctionnement »."""
ENDINGS = "(?<!nost)algie (?<!nost)algique plegie plegique therapie therapeute therapeutique"
"""A word that ends so is found, in the plural too."""
WHOLE = (
    "albinisme ald angine asperger attelle avc aveugle begue bifida blesse blessee bpco cecite chimio cim coma covid discal "
    "discale dmla eip fievre fiv gastro goitre grippe hpi hta imc irm ivg kine kyste lupus "
    "menisque mici nanisme nodule orl otite platre platree ptsd renal renale renaux sida sopk sourd "
    "sourde sspt syncope tda tdah thpi toc tourette tsa tsla vertige vih zona "
    "abilify concerta depakine deroxat keppra lamictal levothyrox lexomil medikinet prozac quasym "
    "risperdal seroplex strattera tercian valium ventoline xanax zoloft"
)
"""A word that is one of these is found, in the plural too."""

BODY = (
    "bras avant-bras main poignet pouce doigt coude epaule clavicule jambe genou genoux cheville pied "
    "hanche femur tibia perone radius humerus rotule vertebre colonne dos cote bassin machoire nez "
    "dent oeil yeux tete coeur cerveau"
)
_BODY = rf"(?:{'|'.join(sorted(BODY.split(), key=len, reverse=True))})s?"
_HURT = (
    r"(?:casse|foule|luxe|platre|opere|blesse|brule|paralyse|immobilise|demis|deboite|tordu)e?s?"
)
_ITS = r"(?:a |au |aux |de |du |d'|des )?(?:le |la |l'|les |un |une |l'un |son |sa |ses |deux )?"
PHRASES = (
    rf"{_BODY}(?: droite?s?| gauches?)?(?: est| sont| etait| etaient)? {_HURT}",
    rf"(?:s'est|suis|s'etre|ete) {_HURT} {_ITS}{_BODY}",
    rf"(?:operee?s?|operations?) (?:du |de la |de l'|des |d'un |d'une |de son |de sa ){_BODY}",
    rf"(?:mal|maux) (?:de |au |a la |a l'|aux )(?:{_BODY}|ventre|gorge|reins)",
    r"traitements?",
    r"troubles",
    r"trouble (?:du |de l'|de la |d'|de |des )?(?:\w+)",
    r"enceintes?",
    r"greff(?:e|ee)s?",
    r"affections?",
    r"(?:un|des|de|ses|ces|plusieurs|les) malaises?",
    r"burn[ -]?outs?",
    r"(?:mal|non)[ -](?:voyant|entendant)e?s?",
    r"deficits? (?:de l'attention|d'attention|visuels?|auditifs?|moteurs?|cognitifs?|sensoriels?)",
    r"handicaps? (?:moteur|visuel|auditif|mental|cognitif|sensoriel)s?",
    r"sante mentale",
    r"retards? (?:mental|mentaux|intellectuels?|de developpement|de croissance)",
    r"hauts? potentiels?",
    r"intellectuellement precoces?|precocite intellectuelle",
    r"insuffisan(?:ce|te?)s? (?:renal|cardiaqu|respiratoir|hepatiqu|surrenal|veineu)\w*",
    r"(?:attaque|crise)s? de (?:panique|nerfs|larmes|spasmophilie)",
    r"moelle (?:epiniere|osseuse)",
    r"points? de suture",
    r"idees noires",
    r"x[ -]fragile",
    r"fausses? couches?",
    r"conges? (?:de )?maternite",
    r"acuite (?:visuelle|auditive)",
    r"pertes? (?:de la |de |d')(?:vue|vision|audition|memoire|connaissance|conscience)",
    r"arrets? de travail",
)
"""What several words say together, or one that is looked at with those around it."""
_OF_FILES = (
    r"(?:demande|dossier|candidature|recours|reclamation|copie|donnee|information|image|texte)"
)
ORDINARY = (
    r"(?:in)?egalites? (?:de|du|dans le) traitements?|differences? de traitements?",
    rf"traitements? (?:de|d'|du|des)(?: ?la| ?l'| ?une?| ?votre| ?sa| ?son| ?cette| ?ce| ?ces)? ?{_OF_FILES}s?",
    r"troubles? de (?:la )?sante(?! mentale)",
    r"tsa \d{5}",
    r"traitements? par lots?",
    r"traitements? (?:automatise|automatique|equitable|egal|identique|informatique|numerique)s?",
    r"traitements? (?:de surface|des surfaces|des materiaux|des eaux|des dechets|thermique)s?",
    r"troubles? (?:a|de) l'ordre(?: public)?|troubles? (?:du|au|dans le) (?:bon )?(?:deroulement|calme)",
    r"troubles? par|trouble (?:le|la|l'|les|leur|ses|son|sa|tous) ?\w+",
    r"(?:l'|d'|cette |une |son |leur |des |les |aux )enceintes?",
    r"enceintes? (?:du|des|de la|de l'|scolaire|acoustique|audio|sportive)s?",
    r"(?:au |le )greffes?|greffes? (?:du|des|de la|de l'|de ce) ?(?:tribuna|cour|juridiction|conseil)\w*",
    r"fractures? (?:numerique|sociale|territoriale)s?",
    (
        r"entorses? (?:a|au|aux) ?(?:la |l'|cette |ces |ce )?"
        r"(?:regle|principe|egalite|equite|droit|loi|anonymat|procedure)\w*"
    ),
    r"(?:plaque|carreau|carreaux|enduit|moule|moulage|cloison|ouvrage)s? (?:de|en|au) platre",
    r"(?:a l'|double |en )aveugle",
    r"en souffrance",
    r"protheses? dentaires?",
    r"(?:epreuve|evaluation|activite)s? (?:de )?diagnosti\w+",
)
"""What those words are in a text that says nothing of health."""

_FOUND = re.compile(
    rf"^(?:{'|'.join(BEGINNINGS.split())}|{WITHOUT_FUNCTION})"
    rf"|(?:{'|'.join(ENDINGS.split())})s?$"
    rf"|^(?:{'|'.join(WHOLE.split())})s?$"
)
_PHRASE = re.compile(rf"\b(?:{'|'.join(PHRASES)})\b")
_ORDINARY = re.compile(rf"\b(?:{'|'.join(ORDINARY)})\b")
_CODE = re.compile(r"\b(?:[A-TV-Z]\d{2}\.\d{1,2}|F\d{2})\b")
"""A code of the CIM: « F81.0 »."""
UNBROKEN = "\N{NO-BREAK SPACE}"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def words_of_health(*texts: str) -> list[str]:
    """Return the words of some texts that look like a diagnosis, each once, as they are written.

    Several that go together (« bras cassé ») are one, and hold no space at which a list would be cut.
    """
    found: dict[str, str] = {}
    for text in texts:
        composed = unicodedata.normalize("NFC", text)
        for start, end in _whole(_places(composed)):
            said = UNBROKEN.join(composed[start:end].split())
            found.setdefault(search_key(said), said)
    return list(found.values())


def _places(text: str) -> Iterable[tuple[int, int]]:
    """Give where each word or group of words is, one within another too."""
    plain = "".join(map(_plain, text))
    left = _ORDINARY.sub(lambda one: " " * len(one.group()), plain)
    yield from (one.span() for one in _CODE.finditer(text))
    yield from (one.span() for one in _PHRASE.finditer(left))
    for word in _WORD.finditer(left):
        if any(_FOUND.search(search_key(part)) for part in word.group().split("-")):
            yield word.span()


def _whole(places: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Give them as they come in the text, without what a longer one holds."""
    last = 0
    for start, end in sorted(places, key=lambda one: (one[0], -one[1])):
        if start >= last:
            yield start, end
            last = end


def _plain(sign: str) -> str:
    """Return a sign without capital or accent: one sign for one, so that places are the same."""
    if sign.isspace():
        return " "
    return "'" if sign == "’" else unicodedata.normalize("NFD", sign)[0].lower()[:1]
